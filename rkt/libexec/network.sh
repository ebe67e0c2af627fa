# A pod's networks: how plugins of CNI are called, and how all that was set up is removed again. Needs common.sh.
#
#   network_down POD NETNS   removes all that is left of the pod's networks; fails, and says why, if something stays
#
# Whatever network-up.sh sets up is on record before, in the pod's net/, so that it is found after a crash at any moment:
#   net/IFNAME/call          the network's name, its plugin, where that finds others, its arguments, if it masquerades
#   net/IFNAME/conf          what the plugin is told; it goes when the plugin has undone its work
#   net/forwarding           ports of the host are taken, and forwarded now or soon; it goes when they are not
#   net/IFNAME/json, text    what status and list print of it; they stay

# Who sets up or removes a pod's networks holds the lock of its net/, as descriptor 8. The plugins inherit it: what one
# of them still does after its caller was killed ends before others begin.
lock_network() {
  command exec 8< "$1/net" && flock -w 60 8
}

# call_net_plugin COMMAND RECORD NETNS POD, with `net_plugin_file`, `net_plugin_path` and `net_arguments` as they are on
# record. What it answers is in the record's file answer. Plugins call each other and refuse what only another one knows,
# if they are not told to ignore it.
call_net_plugin() {
  case $net_arguments in
    '' | *IgnoreUnknown=*) net_call_arguments=$net_arguments ;;
    *) net_call_arguments="IgnoreUnknown=1;$net_arguments" ;;
  esac
  CNI_COMMAND=$1 CNI_CONTAINERID=${4##*/} CNI_NETNS=$3 CNI_IFNAME=${2##*/} CNI_PATH=$net_plugin_path \
    CNI_ARGS=$net_call_arguments "$net_plugin_file" < "$2/conf" > "$2/answer"
}

# Chains as rkt names them.
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

# Whether there is something of the pod's networks to remove.
has_network() {
  [ -d "$1/net" ] || return 1
  for net_left in "$1"/net/*/conf "$1/net/forwarding" "$1/netns"; do
    [ ! -e "$net_left" ] || return 0
  done
  return 1
}

# The last that was set up is the first to go. After a boot the namespace is gone, and with it all but the leases.
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
  # Also where another namespace has a copy of the mount, the file's end is the mount's.
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
  # Arguments that a plugin refuses, it refuses always.
  call_net_plugin DEL "$1" "$2" "$3" || { net_arguments= && call_net_plugin DEL "$1" "$2" "$3"; } || {
    say "networking: error deleting \"$net_name\":" \
      "$(LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/cni-result.awk" "$1/answer")"
    return 1
  }
  if $net_masquerade; then
    # As the plugins name the chain of a pod in a network.
    net_digest=$(printf '%s%s' "$net_name" "${3##*/}" | sha512sum)
    net_chains="$net_chains CNI-${net_digest%"${net_digest#????????????????????????}"}"
  fi
}

# Removes rules of iptables that are the pod's: those for its ports, and what a plugin that was killed left.
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
