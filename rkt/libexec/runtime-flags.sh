# The flags that run-prepared and run share: networks, name resolution, host name. It is sourced before flags.sh, which
# calls command_flag and set_flag. check_runtime_flags is called after flags.sh.
#
# Sourced by: run-prepared.sh
# Needs:      common.sh and network-plan.sh; invalid_value of flags.sh
# Sets:       net_list, dns, dns_search, dns_options, dns_domain, hosts_entries, hostname, ipc, interactive,
#             mds_register; resolv_mode and hosts_mode (check_runtime_flags), in rkt's words: default (keep the image's
#             file), host (the host's file), stage0 (the file that write_name_resolution makes), none
# Defines:    command_flag, set_flag, check_runtime_flags, write_name_resolution DIRECTORY

net_list=
dns=
dns_search=
dns_options=
dns_domain=
hosts_entries=
hostname=
ipc=auto
interactive=false
mds_register=false

command_flag() {
  case $1 in
    net) kind=optional ;;
    dns | dns-search | dns-opt | dns-domain | hosts-entry | hostname | ipc) kind=value ;;
    interactive | mds-register) kind=bool ;;
  esac
}

set_flag() {
  # These values become lines in files of the pod.
  case $2 in
    *"$newline"*) invalid_value "$1" "$2" 'it has several lines' ;;
  esac
  case $1 in
    net) add_net "$2" ;;
    dns) dns="$dns${dns:+,}$2" ;;
    dns-search) dns_search="$dns_search${dns_search:+ }$2" ;;
    dns-opt) dns_options="$dns_options${dns_options:+ }$2" ;;
    dns-domain) dns_domain=$2 ;;
    hosts-entry) hosts_entries="$hosts_entries${hosts_entries:+,}$2" ;;
    hostname)
      case $2 in
        *[!A-Za-z0-9.-]* | -* | ????????????????????????????????????????????????????????????????*)
          invalid_value hostname "$2" 'host names have up to 63 letters, digits, dots and dashes'
          ;;
        *) hostname=$2 ;;
      esac
      ;;
    ipc)
      case $2 in
        auto | private | parent) ipc=$2 ;;
        *) invalid_value ipc "$2" 'expected auto, private or parent' ;;
      esac
      ;;
    interactive) interactive=$2 ;; # a single app has the pod's standard input anyway
    mds-register) mds_register=$2 ;;
  esac
}

check_runtime_flags() {
  check_net_list

  resolv_mode=default
  case ,$dns, in
    ,host, | ,none,) resolv_mode=$dns ;;
    *,host,* | *,none,*) fail "error with dns flags: no other --dns options allowed when --dns=host or --dns=none is passed" ;;
    ,,) ;;
    *) for_each_item "$dns" check_dns_server ;;
  esac
  if [ "$resolv_mode" = default ]; then
    [ -z "$dns$dns_search$dns_options$dns_domain" ] || resolv_mode=stage0
  elif [ -n "$dns_search$dns_options$dns_domain" ]; then
    fail "error with dns flags: Cannot call --dns-opt, --dns-search, or --dns-domain with --dns=$resolv_mode"
  fi

  hosts_mode=default
  case ,$hosts_entries, in
    ,host,) hosts_mode=host ;;
    *,host,*) fail 'error with dns flags: cannot pass --hosts-entry=host with multiple hosts-entries' ;;
    ,,) ;;
    *)
      hosts_mode=stage0
      for_each_item "$hosts_entries" check_hosts_entry
      ;;
  esac
}

# write_name_resolution DIRECTORY: writes resolv.conf and hosts, each if its mode is stage0.
write_name_resolution() {
  if [ "$resolv_mode" = stage0 ]; then
    {
      echo '# Written by rkt'
      [ -z "$dns_domain" ] || printf 'domain %s\n' "$dns_domain"
      [ -z "$dns_search" ] || printf 'search %s\n' "$dns_search"
      [ -z "$dns" ] || for_each_item "$dns" write_dns_server
      [ -z "$dns_options" ] || printf 'options %s\n' "$dns_options"
    } > "$1/resolv.conf"
  fi
  if [ "$hosts_mode" = stage0 ]; then
    {
      echo '# Written by rkt'
      echo '127.0.0.1 localhost localdomain'
      for_each_item "$hosts_entries" write_hosts_entry
    } > "$1/hosts"
  fi
}

# for_each_item LIST FUNCTION: calls the function with each item of a comma-separated list.
for_each_item() {
  items=$1,
  while [ -n "$items" ]; do
    "$2" "${items%%,*}"
    items=${items#*,}
  done
}

is_ip_address() {
  case $1 in
    '' | *[!0-9a-fA-F:.]*) return 1 ;;
    *:*) return 0 ;;
    *[!0-9.]* | *.*.*.*.* | .* | *. | *..*) return 1 ;;
    *.*.*.*) ;;
    *) return 1 ;;
  esac
  octets=$1.
  while [ -n "$octets" ]; do
    [ "${octets%%.*}" -le 255 ] || return 1
    octets=${octets#*.}
  done
}

check_dns_server() {
  is_ip_address "$1" || fail "error with dns flags: Invalid IP passed to --dns: $1"
}

write_dns_server() {
  printf 'nameserver %s\n' "$1"
}

check_hosts_entry() {
  case $1 in
    *=*) ;;
    *) fail "error with dns flags: Did not understand --hosts-entry $1" ;;
  esac
  is_ip_address "${1%%=*}" || fail "error with dns flags: Invalid IP passed to --hosts-entry: ${1%%=*}"
}

write_hosts_entry() {
  printf '%s %s\n' "${1%%=*}" "${1#*=}"
}
