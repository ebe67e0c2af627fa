# Sets up a pod's networks: plugins of CNI in a network namespace of its own, and ports of the host forwarded to it with
# iptables. Needs common.sh, pods.sh, network-plan.sh and network.sh.

# Leases of addresses live as long as pods, so they are beside them.
use_leases() {
  RKT_LEASES=$data_dir/networks
  export RKT_LEASES
}

# Sets `net_resolver` to the lines of a resolv.conf that a network gave, if one did, and `net_resolver_name` to which.
# Fails, with nothing left, if a network can't be set up.
network_up() {
  net_resolver=
  mkdir -p "$1/net"
  lock_network "$1" || fail 'networking: the networks of this pod are being removed'
  if ! { set_up_networks "$1" "$2" && forward_ports "$1"; }; then
    command exec 8<&-
    network_down "$1" "$2"
    fail "networking: $net_fault"
  fi
  command exec 8<&-
}

set_up_networks() {
  make_network_namespace "$2" || return 1
  use_leases
  net_index=0
  net_forward_ip=
  net_forward_is_masqueraded=false
  # The list is read ahead, for the plugins have standard input of their own.
  while IFS='|' read -r net_name net_type net_ipam net_masquerade net_file; do
    [ -n "$net_name" ] || continue
    set_up_network "$1" "$2" "eth$net_index" || return 1
    net_index=$((net_index + 1))
  done << PLAN
$net_plan
PLAN
}

# Makes a network namespace, kept by a mount on the file, with its loopback up. Flags of interfaces are also files of
# sysfs, so that this needs no tool for networks.
make_network_namespace() {
  net_fault="can't make a network namespace at $1"
  : > "$1" && unshare --net="$1" --mount /bin/sh -c \
    'mount -t sysfs sysfs /sys && echo 1 > /sys/class/net/lo/flags'
}

# set_up_network POD NETNS IFNAME: joins the network of `net_name`.
set_up_network() {
  debug "loading network $net_name with type $net_type"
  net_record=$1/net/$3
  net_interface=$3
  find_net_plugin "$net_type" || {
    net_fault="no plugin \"$net_type\" in $net_plugin_path"
    return 1
  }
  find_net_arguments "$net_name"
  mkdir -p "$net_record"
  printf '%s\n' "$net_name" "$net_plugin_file" "$net_plugin_path" "$net_arguments" "$net_masquerade" > "$net_record/call"
  # Under its name at once and whole: it is the sign that there may be something to remove.
  LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/cni-compose.awk" "$net_file" > "$net_record/conf.new" \
    && mv "$net_record/conf.new" "$net_record/conf" || {
    net_fault="error loading $net_file"
    return 1
  }
  call_net_plugin ADD "$net_record" "$2" "$1"
  net_status=$?
  net_answer=$(LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/cni-result.awk" "$net_record/answer") \
    && [ "$net_status" -eq 0 ] || {
    net_fault="error adding network \"$net_name\": $net_answer"
    return 1
  }
  read -r net_ip net_prefix << ANSWER
$net_answer
ANSWER
  take_net_address
  take_net_resolver
}

# Records what status prints of a network, in rkt's form, and notes the address that ports are forwarded to: of the
# first network that is masqueraded, else of the last.
take_net_address() {
  case $net_ip in
    -) net_ip= net_mask= ;;
    *:*) net_mask= ;;
    *) format_net_mask "$net_prefix" ;;
  esac
  # Neither has control characters, so that this is also JSON.
  go_quote "$net_plugin_file" && net_plugin_json=$quoted
  go_quote "$net_arguments"
  printf '{"netName":"%s","netConf":"net/%s/conf","pluginPath":%s,"ifName":"%s","ip":"%s","args":%s,"mask":"%s"}\n' \
    "$net_name" "$net_interface" "$net_plugin_json" "$net_interface" "$net_ip" "$quoted" "$net_mask" > "$net_record/json"
  case $net_ip in
    *:*) printf '%s:ip6=%s\n' "$net_name" "$net_ip" > "$net_record/text" ;;
    *) printf '%s:ip4=%s\n' "$net_name" "$net_ip" > "$net_record/text" ;;
  esac
  $net_forward_is_masqueraded || net_forward_ip=$net_ip
  ! $net_masquerade || net_forward_is_masqueraded=true
}

take_net_resolver() {
  case $net_answer in
    *"$newline"*)
      if [ -z "$net_resolver" ]; then
        net_resolver=${net_answer#*"$newline"}
        net_resolver_name=$net_name
      else
        say "Warning: network $net_name plugin specified DNS configuration, but DNS already supplied"
      fi
      ;;
  esac
}

format_net_mask() {
  net_bits=$1
  net_mask=
  for net_octet in 1 2 3 4; do
    net_taken=$((net_bits > 8 ? 8 : net_bits))
    net_bits=$((net_bits - net_taken))
    net_mask="$net_mask${net_mask:+.}$((256 - (1 << (8 - net_taken))))"
  done
}

# Forwards ports of the host, those in the pod's file ports (PROTOCOL HOST_IP HOST_PORT POD_PORT, "-" for any address),
# to the pod, from other machines, from this one and by its loopback, and from the pod itself.
forward_ports() {
  [ -s "$1/ports" ] || return 0
  case $net_forward_ip in
    '' | *:*)
      net_fault='ports can be forwarded to IPv4 addresses only, and no network gave the pod one'
      return 1
      ;;
  esac
  while read -r _ net_host_ip _; do
    case $net_host_ip in
      *:*)
        net_fault="ports can't be forwarded from IPv6 addresses such as $net_host_ip"
        return 1
        ;;
    esac
  done < "$1/ports"
  name_net_chains "${1##*/}"
  find_net_route "$net_forward_ip" || {
    net_fault="ports can't be forwarded: this host has no route to $net_forward_ip"
    return 1
  }
  : > "$1/net/forwarding"
  net_rules=$(print_forwarding "$1") && printf '%s\n' "$net_rules" | iptables-restore -w --noflush || {
    net_fault="ports can't be forwarded: iptables-restore failed"
    return 1
  }
  # So that connections to the host's loopback may be led out of it.
  printf 1 > "/proc/sys/net/ipv4/conf/$net_route_interface/route_localnet" || {
    net_fault="can't set route_localnet of $net_route_interface"
    return 1
  }
}

print_forwarding() {
  printf '*raw\n'
  # The pod may not use the open loopback for itself.
  printf '%s\n' "-A PREROUTING -i $net_route_interface -d 127.0.0.0/8 -m comment --comment ${1##*/} -j DROP"
  printf 'COMMIT\n*nat\n:%s - [0:0]\n:%s - [0:0]\n' "$net_dnat" "$net_snat"
  while read -r net_protocol net_host_ip net_host_port net_pod_port; do
    case $net_host_ip in
      - | 0.0.0.0) net_destination= ;;
      *) net_destination="-d $net_host_ip/32 " ;;
    esac
    printf '%s\n' \
      "-A $net_dnat $net_destination-p $net_protocol -m $net_protocol --dport $net_host_port -j DNAT --to-destination $net_forward_ip:$net_pod_port" \
      "-A $net_snat -s 127.0.0.0/8 -p $net_protocol -m $net_protocol --dport $net_pod_port -j MASQUERADE" \
      "-A $net_snat -s $net_forward_ip/32 -p $net_protocol -m $net_protocol --dport $net_pod_port -j MASQUERADE"
  done < "$1/ports"
  printf '%s\n' "-I PREROUTING -m addrtype --dst-type LOCAL -j $net_dnat" \
    "-I OUTPUT -m addrtype --dst-type LOCAL -j $net_dnat" \
    "-I POSTROUTING -d $net_forward_ip/32 -j $net_snat" COMMIT
}

# Sets `net_route_interface` to the interface by which this host reaches an address.
find_net_route() {
  net_little=$(printf '\001\000' | od -A n -t u2)
  net_route_interface=$(RKT_ADDRESS=$1 RKT_LITTLE=${net_little##* } awk -f "$libexec/route.awk" /proc/net/route)
  [ -n "$net_route_interface" ]
}
