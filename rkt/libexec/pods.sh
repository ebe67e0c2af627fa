# Finds, moves and removes pods. A pod is the directory pods/STATE/UUID/ of the data directory; a rename moves it from
# state to state, as in rkt. A file of the pod has the identity of the process that prepares or runs it.
#
# Sourced by: cat-manifest.sh, enter.sh, export.sh, gc.sh, list.sh, rm.sh, run.sh, run-prepared.sh, status.sh, stop.sh
#             and stage1-crun-apps.sh
# Needs:      common.sh; libexec; data_dir of flags.sh; network.sh for release_network, release_ended_networks and
#             delete_pod
# Sets:       nothing; the functions set pod, uuid and place (find_pod, use_pod, move_pod), state (read_state), flavor
#             (read_flavor), apps (read_apps), created and started (read_times), reason (find_pod)
# Defines:    find_pod, use_pod, read_state, move_pod, read_flavor, remove_cgroups, release_network,
#             release_ended_networks, delete_pod, read_apps, read_times; and what processes.sh defines
. "$libexec/processes.sh"

# find_pod PREFIX: finds the one pod whose UUID begins with the argument. Sets pod to its directory, place to the name
# of the directory above (prepare, prepared, run, exited-garbage) and uuid. Fails and sets reason if there is not one.
find_pod() {
  wanted=$1
  case $wanted in
    '')
      reason='UUID cannot be empty'
      return 1
      ;;
    *[A-Z]*) wanted=$(printf '%s' "$wanted" | tr A-Z a-z) ;;
  esac
  go_quote "$wanted"
  reason="no matches found for $quoted"
  uuid=
  matches=0
  case $wanted in
    *[!0-9a-f-]*) return 1 ;;
  esac
  # Look in the order in which pods move. A pod that moves during the search may be found twice, but is never missed.
  for found_place in prepare prepared run exited-garbage; do
    for candidate in "$data_dir/pods/$found_place/$wanted"*; do
      [ -d "$candidate" ] || continue
      [ "$uuid" = "${candidate##*/}" ] || matches=$((matches + 1))
      uuid=${candidate##*/}
      pod=$candidate
      place=$found_place
    done
  done
  [ "$matches" -gt 0 ] || return 1
  reason="ambiguous uuid, $matches matches"
  [ "$matches" -eq 1 ]
}

# use_pod DIRECTORY: sets pod, uuid and place.
use_pod() {
  pod=$1
  uuid=${pod##*/}
  place=${pod%/*}
  place=${place##*/}
}

# Sets state to the state of the pod, in rkt's words.
read_state() {
  case $place in
    embryo) state=embryo ;;
    prepare) if is_alive "$pod/preparer"; then state=preparing; else state='aborted prepare'; fi ;;
    prepared) state=prepared ;;
    run) if is_alive "$pod/pid"; then state=running; else state=exited; fi ;;
    exited-garbage) if flock -n "$pod" true 2> /dev/null; then state='exited garbage'; else state=deleting; fi ;;
    garbage) if flock -n "$pod" true 2> /dev/null; then state=garbage; else state=deleting; fi ;;
  esac
}

# move_pod PLACE: moves the pod to the directory of another state. Fails if another command has moved it.
move_pod() {
  mkdir -p "$data_dir/pods/$1" && mv -T "$pod" "$data_dir/pods/$1/$uuid" 2> /dev/null || return 1
  use_pod "$data_dir/pods/$1/$uuid"
}

# Sets flavor to the flavour of the pod, fly or crun, which "prepare" decided.
read_flavor() {
  flavor=fly
  { read -r flavor < "$pod/flavor"; } 2> /dev/null
}

# Removes the control groups of a pod that has no process. crun does that itself, unless it was killed. A group can't be
# removed before the kernel has reaped its last process. The groups of several apps are in one group of the pod.
remove_cgroups() {
  for cgroup in "/sys/fs/cgroup/rkt-$uuid"/app-* "/sys/fs/cgroup/rkt-$uuid" \
    /sys/fs/cgroup/*/"rkt-$uuid"/app-* /sys/fs/cgroup/*/"rkt-$uuid"; do
    attempts=0
    while [ -d "$cgroup" ] && ! rmdir "$cgroup" 2> /dev/null; do
      [ "$attempts" -lt 100 ] || return 1
      sleep 0.02
      attempts=$((attempts + 1))
    done
  done
}

# Kills the processes that are left of a pod whose app has exited, and gives up its networks, so that its addresses and
# ports are free. Fails if something of the networks is left.
release_network() {
  has_network "$pod" || return 0
  kill_processes && network_down "$pod" "$pod/netns"
}

# Gives up the networks of up to four pods that have exited. No process waits for the end of a pod, so the next command
# that needs addresses does it.
release_ended_networks() {
  (
    released=0
    for candidate in "$data_dir/pods/run"/*; do
      [ "$released" -lt 4 ] || break
      use_pod "$candidate"
      if has_network "$pod" && ! is_alive "$pod/pid"; then
        release_network || say "networks of pod \"$uuid\" are left"
        released=$((released + 1))
      fi
    done
  )
}

# Removes a pod that is garbage, and kills its remaining processes. Fails, and says why, if that is not possible now.
delete_pod() {
  kill_processes || {
    say "unable to remove pod \"$uuid\": processes$processes can't be killed"
    return 1
  }
  network_down "$pod" "$pod/netns" || {
    say "unable to remove pod \"$uuid\": its networks are left"
    return 1
  }
  # The lock tells other commands that the pod is being deleted. It goes with the directory.
  flock -n "$pod" rm -rf --one-file-system -- "$pod" || {
    say "unable to remove pod \"$uuid\""
    return 1
  }
}

# Sets apps to the names of the pod's apps, a line each, in the order of the manifest; empty before the pod is prepared.
read_apps() {
  apps=
  { while IFS= read -r app; do apps="$apps${apps:+$newline}$app"; done < "$pod/apps"; } 2> /dev/null
}

# Sets created and started to times of the pod in nanoseconds since 1970; started is empty if the pod never ran.
read_times() {
  created=
  started=
  { IFS= read -r created < "$pod/created"; } 2> /dev/null || created=$(stat -c %Y "$pod")000000000
  { IFS= read -r started < "$pod/started"; } 2> /dev/null
}
