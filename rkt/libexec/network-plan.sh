# Decides which networks a pod joins: the values of --net, looked up in the directories of configuration and among the
# networks of this runtime. Sets up nothing.
#
# Sourced by: run-prepared.sh
# Needs:      common.sh; local_config, system_config, data_dir and debug of flags.sh; libexec; CNI_PATH of the
#             environment
# Sets:       net_list (by add_net), net_mode and net_names (check_net_list), net_plan (plan_networks)
# Defines:    add_net, check_net_list, use_host_network_by_default, plan_networks, check_networks, lock_ports,
#             reserve_ports, unlock_ports, find_net_arguments, find_net_plugin; descriptor 6 is the lock of the ports

# add_net VALUE: adds the value of a --net to net_list, networks with commas between. No value means "default".
add_net() {
  net_list="$net_list${net_list:+,}${1:-default}"
}

# Sets net_mode to host (the host's network), none (only a loopback of the pod's own) or contained, and net_names to the
# names in net_list. Fails, in rkt's words, if the list is invalid.
check_net_list() {
  net_list=${net_list:-default}
  net_names=
  net_remaining=$net_list,
  while [ -n "$net_remaining" ]; do
    check_net_item "${net_remaining%%,*}"
    net_remaining=${net_remaining#*,}
  done
  case $net_list in
    host | none) net_mode=$net_list ;;
    *) net_mode=contained ;;
  esac
}

check_net_item() {
  net_name=${1%%:*}
  case $net_name in
    '' | *[!A-Za-z0-9_.-]*) fail "error parsing --net: \"$1\" is not in NAME[:ARG=VALUE;...] format" ;;
    host | none)
      [ "$net_list" = "$net_name" ] || fail "error parsing --net: \"$net_name\" can't be with other networks or arguments"
      ;;
  esac
  case $1 in
    *[[:cntrl:]]*) fail "error parsing --net: the arguments of \"$net_name\" have control characters" ;;
    *:*) check_net_arguments "${1#*:}" ;;
  esac
  ! is_net_listed "$net_name" || fail "error parsing --net: network \"$net_name\" can't be passed more than once"
  net_names="$net_names$net_name "
}

check_net_arguments() {
  net_pairs=$1\;
  while [ -n "$net_pairs" ]; do
    case ${net_pairs%%;*} in
      ?*=*) ;;
      *) fail "error parsing --net: the arguments \"$1\" of \"$net_name\" are not in ARG=VALUE;... format" ;;
    esac
    net_pairs=${net_pairs#*;}
  done
}

is_net_listed() {
  case " $net_names" in
    *" $1 "*) return 0 ;;
  esac
  return 1
}

# For the fly flavour: as in rkt, it uses the host's network unless --net asks for another one.
use_host_network_by_default() {
  [ "$net_list" != default ] || net_mode=host
}

# find_net_arguments NETWORK: sets net_arguments to the arguments of --net for the plugins of a network.
find_net_arguments() {
  net_remaining=$net_list,
  while [ -n "$net_remaining" ]; do
    net_item=${net_remaining%%,*}
    net_remaining=${net_remaining#*,}
    case $net_item in
      "$1":*)
        net_arguments=${net_item#*:}
        return
        ;;
    esac
  done
  net_arguments=
}

# Sets net_plan to the networks to join, in order, a line NAME|TYPE|IPAM|MASQUERADE|FILE each: from net.d/*.conf of the
# local configuration, then of the system's, then of this runtime. Of several networks with one name the first counts,
# so that "default" can be overridden. Without "default" a pod joins "default-restricted", as in rkt.
plan_networks() {
  net_plan=
  [ "$net_mode" = contained ] || return 0
  is_net_listed default || is_net_listed all || is_net_listed default-restricted || net_names="${net_names}default-restricted "
  set --
  for net_file in "$local_config/net.d"/*.conf "$system_config/net.d"/*.conf "$libexec/net.d"/*.conf; do
    [ ! -f "$net_file" ] || set -- "$@" "$net_file"
  done
  net_known=$(LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/cni-list.awk" "$@") \
    || fail "networking: error loading network definitions: ${net_known##*"$newline"}"
  net_planned=' '
  while IFS='|' read -r net_name net_type net_ipam net_masquerade net_file; do
    is_net_wanted "$net_name" "$net_file" || continue
    case $net_planned in
      *" $net_name "*)
        debug "\"$net_name\" network already defined, ignoring $net_file"
        continue
        ;;
    esac
    net_planned="$net_planned$net_name "
    net_plan="$net_plan$net_name|$net_type|$net_ipam|$net_masquerade|$net_file$newline"
  done << KNOWN
$net_known
KNOWN
  net_missing=
  for net_name in $net_names; do
    case "$net_planned"all in
      *" $net_name "* | *" $net_name") ;;
      *) net_missing="$net_missing${net_missing:+, }$net_name" ;;
    esac
  done
  [ -z "$net_missing" ] || fail "networking: networks not found: $net_missing (in net.d/*.conf of $local_config and $system_config)"
}

# is_net_wanted NAME FILE. With --net=all a pod joins all networks that the host configures, and "default".
is_net_wanted() {
  ! is_net_listed "$1" || return 0
  is_net_listed all || return 1
  case $2 in
    "$libexec"/net.d/*) [ "$1" = default ] ;;
  esac
}

# check_networks POD: fails if a program is missing that the planned networks or the pod's ports need. Called before
# anything is set up.
check_networks() {
  net_needs_iptables=false
  if [ "$net_mode" != host ] && [ -s "$1/ports" ]; then
    [ "$net_mode" != none ] || fail "--port flag does not work with 'none' networking"
    check_ports "$1/ports"
    net_needs_iptables=true
  fi
  while IFS='|' read -r net_name net_type net_ipam net_masquerade net_file; do
    [ -n "$net_name" ] || continue
    for net_plugin in "$net_type" "$net_ipam"; do
      [ "$net_plugin" = - ] || find_net_plugin "$net_plugin" || fail "networking: network \"$net_name\" needs the CNI" \
        "plugin \"$net_plugin\", which is not in $net_plugin_path: install it (Debian's package" \
        "containernetworking-plugins has the common ones), or run the pod with --net=host or --net=none"
    done
    ! $net_masquerade || net_needs_iptables=true
  done << PLAN
$net_plan
PLAN
  ! $net_needs_iptables || { command -v iptables-save && command -v iptables-restore; } > /dev/null \
    || fail 'networking: masquerading and forwarded ports need iptables: install the package iptables, or run the pod' \
      'with --net=host or --net=none'
}

# lock_ports POD: makes sure that no two pods that start together get one port of the host. A command that forwards
# ports holds the lock of the data directory's ports, as descriptor 6, from before it looks for the ports of other pods
# until reserve_ports has recorded its own.
lock_ports() {
  [ "$net_mode" = contained ] && [ -s "$1/ports" ] || return 0
  command exec 6> "$data_dir/ports.lock" && flock -w 60 6 || fail "networking: can't lock $data_dir/ports.lock"
}

# reserve_ports POD: records that the ports of a pod are taken, just before the pod is moved to those that run.
reserve_ports() {
  [ "$net_mode" != contained ] || [ ! -s "$1/ports" ] || { mkdir -p "$1/net" && : > "$1/net/forwarding"; }
}

unlock_ports() {
  command exec 6<&-
}

# check_ports FILE: fails if a port in the file leads to another pod that runs.
check_ports() {
  while read -r net_protocol net_host_ip net_host_port _; do
    for net_forwarding in "$data_dir/pods/run"/*/net/forwarding; do
      [ -e "$net_forwarding" ] || continue
      net_other=${net_forwarding%/net/forwarding}
      while read -r net_other_protocol net_other_ip net_other_port _; do
        case $net_other_protocol:$net_other_port:$net_other_ip in
          "$net_protocol:$net_host_port:$net_host_ip" | "$net_protocol:$net_host_port:-") ;;
          "$net_protocol:$net_host_port":*) [ "$net_host_ip" = - ] || continue ;;
          *) continue ;;
        esac
        ! is_alive "$net_other/pid" || fail "networking: $net_protocol port $net_host_port of the host leads to pod" \
          "\"${net_other##*/}\" already"
      done < "$net_other/ports"
    done
  done < "$1"
}

# find_net_plugin NAME: sets net_plugin_path to the directories of plugins, in the form of CNI_PATH, and net_plugin_file
# to the file of this plugin. Fails if no such plugin exists.
find_net_plugin() {
  net_plugin_path=$local_config/net.d:/usr/lib/rkt/plugins/net${CNI_PATH:+:$CNI_PATH}:/opt/cni/bin:/usr/lib/cni
  net_remaining=$net_plugin_path:
  while [ -n "$net_remaining" ]; do
    net_plugin_file=${net_remaining%%:*}/$1
    net_remaining=${net_remaining#*:}
    case $net_plugin_file in
      *[[:cntrl:]]* | [!/]*) continue ;;
    esac
    [ ! -f "$net_plugin_file" ] || [ ! -x "$net_plugin_file" ] || return 0
  done
  return 1
}
