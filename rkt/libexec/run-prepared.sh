# rkt run-prepared [--net=...] [--dns=...] ... UUID, and the second half of rkt run: sets up the networks of a pod and
# becomes its app, or crun. No process of rkt remains, except for a pod of several apps: its shell remains
# (stage1-crun-apps.sh).
#
# Sourced by: bin/rkt and run.sh
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
# Executes:   stage1-fly.sh, stage1-crun.sh or stage1-crun-apps.sh, in the new namespaces; stage1.sh lists their
#             arguments
. "$libexec/network-plan.sh"
. "$libexec/runtime-flags.sh"
. "$libexec/flags.sh"
. "$libexec/metadata.sh"
. "$libexec/network.sh"
. "$libexec/network-up.sh"
. "$libexec/pods.sh"

# Removes the protections of --insecure-options that the pod was prepared with. Needs Java only if there are such.
# Called when the pod is in "run": a pod that is refused before must keep its protections. The fly flavour has no
# protections.
relax_protections() {
  [ "$flavor" = crun ] || return 0
  { read -r protections < "$pod/protections"; } 2> /dev/null || protections='capabilities paths seccomp'
  for protection in $protections; do
    case ,$insecure_options, in
      *",$protection,"* | *,all-run,* | *,all,*)
        . "$libexec/java.sh"
        debug "taking protections off: $insecure_options"
        run_java run-prepared --insecure-options="$insecure_options" "$pod" < /dev/null || exit 254
        return
        ;;
    esac
  done
}

[ $# -eq 1 ] || {
  print_help "$command"
  exit 254
}
require_root
check_runtime_flags

find_pod "$1" || fail "problem retrieving pod: $reason"
[ "$place" = prepared ] || fail "pod \"$uuid\" is not prepared"
read_apps
read_flavor
stage1=stage1-$flavor
case $flavor:$apps in
  fly:*"$newline"*)
    echo "run: flavor \"$flavor\" only supports 1 application per Pod for now" >&2
    exit 254
    ;;
  crun:*"$newline"*)
    ! $interactive || fail 'interactive option only supports pods with one app'
    stage1=stage1-crun-apps
    ;;
esac
[ "$flavor" != fly ] || use_host_network_by_default
[ "$ipc" != parent ] || [ ! -e "$pod/private-users" ] \
  || fail "--ipc=parent: a pod with private users can't have the host's IPC"
plan_networks
lock_ports "$pod"
check_networks "$pod"
! $mds_register || check_metadata_service

# Only the holder of the lock of a prepared pod may move it. Record the process and the start before the move.
command exec 9< "$pod" || fail "pod \"$uuid\" is not prepared"
flock -n 9 && [ -d "$pod" ] || fail "pod \"$uuid\" is not prepared"
read_identity $$
printf '%s\n' "$identity" > "$pod/pid"
date +%s%N > "$pod/started"
write_name_resolution "$pod"
reserve_ports "$pod"
move_pod run || fail "cannot transition to run: pod \"$uuid\" can't be moved"
unlock_ports
exec 9<&-
relax_protections

set -- --mount --propagation slave
case $flavor in
  crun)
    set -- "$@" --uts
    hostname=${hostname:-rkt-$uuid}
    ;;
  *) [ -z "$hostname" ] || set -- "$@" --uts ;;
esac
case $flavor:$ipc in
  crun:auto | *:private) set -- "$@" --ipc ;;
esac
set -- unshare "$@" --
if [ "$net_mode" != host ]; then
  release_ended_networks
  network_up "$pod" "$pod/netns"
  take_network_resolver "$pod"
  set -- nsenter --net="$pod/netns" -- "$@"
fi
! $mds_register || register_metadata "$pod" "$pod/netns"
# A shell can't handle a signal that was ignored when the shell was started.
[ "$stage1" != stage1-crun-apps ] || set -- env --default-signal "$@"
exec "$@" /bin/sh "$libexec/$stage1.sh" \
  "$libexec" "$pod" "$apps" "$resolv_mode" "$hosts_mode" "$net_mode" "$hostname" "$debug"
