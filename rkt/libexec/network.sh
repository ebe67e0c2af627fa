# The networks of a pod: calls CNI plugins, and removes all that was set up.
#
# network-up.sh records each part in the pod's net/ before it sets the part up. So the parts are found after a crash at
# any moment:
#   net/IFNAME/call          the network's name, its plugin, the plugin path, its arguments, "true" if it masquerades
#   net/IFNAME/conf          the configuration for the plugin; removed when the plugin has undone its work
#   net/forwarding           ports of the host are taken, and forwarded now or soon; removed when they are free
#   net/IFNAME/json, text    what status and list print of it; these stay
#
# Sourced by: run-prepared.sh, rm.sh, gc.sh and stop.sh
# Needs:      common.sh; libexec
# Defines:    network_down POD NETNS (removes the pod's networks; fails with a message if a part of them remains),
#             has_network POD, lock_network POD (descriptor 8), call_net_plugin, name_net_chains

# lock_network POD: takes the lock of the pod's net/, as descriptor 8. A command that sets up or removes networks holds
# it. Plugins inherit it, so a plugin whose caller was killed ends before another command begins.
lock_network() {
  command exec 8< "$1/net" && flock -w 60 8
}

# call_net_plugin COMMAND RECORD NETNS POD: calls the plugin net_plugin_file with net_plugin_path and net_arguments, and
# writes its answer into the file answer of the record. A plugin passes all arguments to the plugins that it calls, so
# IgnoreUnknown tells each plugin to ignore unknown arguments.
call_net_plugin() {
  case $net_arguments in
    '' | *IgnoreUnknown=*) net_call_arguments=$net_arguments ;;
    *) net_call_arguments="IgnoreUnknown=1;$net_arguments" ;;
  esac
  CNI_COMMAND=$1 CNI_CONTAINERID=${4##*/} CNI_NETNS=$3 CNI_IFNAME=${2##*/} CNI_PATH=$net_plugin_path \
    CNI_ARGS=$net_call_arguments "$net_plugin_file" < "$2/conf" > "$2/answer"
}

# name_net_chains UUID: sets net_dnat and net_snat to the pod's chains, as rkt names them.
name_net_chains() {
  net_short=${1%"${1#?????????????}"}
  net_dnat=RKT-PFWD-DNAT-$net_short
  net_snat=RKT-PFWD-SNAT-$net_short
}

network_down() {
  [ -d "$1/net" ] || return 0
  lock_network "$1" || {
    say "networking: the networks of pod \"${1##*/}\" are still being set up"
    return 1
  }
  (remove_networks "$1" "$2")
  net_status=$?
  command exec 8<&-
  return "$net_status"
}

# has_network POD: decides whether some of the pod's networks is left to remove.
has_network() {
  [ -d "$1/net" ] || return 1
  for net_left in "$1"/net/*/conf "$1/net/forwarding" "$1/netns"; do
    [ ! -e "$net_left" ] || return 0
  done
  return 1
}

# remove_networks POD NETNS: removes the networks in the reverse order of their set-up. After a boot, only the leases
# are left: everything else has disappeared with the namespace.
remove_networks() {
  net_namespace=
  case $(stat -f -c %T "$2" 2> /dev/null) in
    nsfs) net_namespace=$2 ;;
  esac
  net_failed=false
  net_all=
  for net_record in "$1"/net/*/; do
    [ ! -e "${net_record}conf" ] || net_all="${net_record%/}$newline$net_all"
  done
  net_chains=
  while IFS= read -r net_record; do
    [ -n "$net_record" ] || continue
    remove_network "$net_record" "$net_namespace" "$1" || net_failed=true
  done << RECORDS
$net_all
RECORDS
  ! $net_failed || return 1
  remove_rules "$1" || return 1
  # Another mount namespace may have a copy of the mount: removing the file ends it there too.
  [ -z "$net_namespace" ] || umount "$2" || return 1
  rm -f "$2"
  while IFS= read -r net_record; do
    [ -z "$net_record" ] || rm -f "$net_record/conf" "$net_record/answer"
  done << RECORDS
$net_all
RECORDS
  rm -f "$1/net/forwarding"
}

remove_network() {
  { read -r net_name && IFS= read -r net_plugin_file && IFS= read -r net_plugin_path && IFS= read -r net_arguments \
    && read -r net_masquerade; } < "$1/call"
  [ -x "$net_plugin_file" ] || {
    say "networking: error deleting \"$net_name\": the plugin $net_plugin_file is gone: install it again"
    return 1
  }
  # A plugin that refuses the arguments refuses them every time, so try without them.
  call_net_plugin DEL "$1" "$2" "$3" || { net_arguments= && call_net_plugin DEL "$1" "$2" "$3"; } || {
    say "networking: error deleting \"$net_name\":" \
      "$(LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/cni-result.awk" "$1/answer")"
    return 1
  }
  if $net_masquerade; then
    # The name that the plugins give the chain of a pod in a network.
    net_digest=$(printf '%s%s' "$net_name" "${3##*/}" | sha512sum)
    net_chains="$net_chains CNI-${net_digest%"${net_digest#????????????????????????}"}"
  fi
}

# remove_rules POD: removes the pod's rules of iptables: those for its ports, and those that a killed plugin left.
remove_rules() {
  [ -n "$net_chains" ] || [ -e "$1/net/forwarding" ] || return 0
  command -v iptables-save > /dev/null || {
    say 'networking: rules of iptables are left: install the package iptables again'
    return 1
  }
  name_net_chains "${1##*/}"
  net_removals=$(iptables-save | RKT_POD=${1##*/} RKT_CHAINS=" $net_dnat $net_snat$net_chains " \
    awk -f "$libexec/iptables-remove.awk")
  [ -z "$net_removals" ] || printf '%s\n' "$net_removals" | iptables-restore -w --noflush
}
