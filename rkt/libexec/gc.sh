# rkt gc [--grace-period=DURATION] [--expire-prepared=DURATION] [--mark-only]: moves pods that have ended to the
# garbage, and removes garbage that is old enough, with what interrupted commands have left.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
grace_period=30m0s
expire_prepared=24h0m0s
mark_only=false
command_flag() {
  case $1 in
    grace-period | expire-prepared) kind=value ;;
    mark-only) kind=bool ;;
  esac
}
set_flag() {
  case $1 in
    mark-only) mark_only=$2 ;;
    *)
      parse_duration "$2" || invalid_value "$1" "$2" "time: invalid duration $2"
      case $1 in
        grace-period) grace_period=$2 ;;
        expire-prepared) expire_prepared=$2 ;;
      esac
      ;;
  esac
}
. "$libexec/durations.sh"
. "$libexec/flags.sh"
. "$libexec/network.sh"
. "$libexec/pods.sh"
require_root

# is_older_than DURATION [TIME]: decides whether the time of the pod's directory, as a format of stat(1), is longer ago.
# The usual one is the last change of status (%Z), which is when the pod was moved to where it is.
is_older_than() {
  parse_duration "$1"
  changed=$(stat -c "${2:-%.3Z}" "$pod" 2> /dev/null) || return 1
  now=$(date +%s%3N)
  [ $((now - ${changed%.*}${changed#*.})) -ge "$milliseconds" ]
}

# for_each_pod PLACE FUNCTION: calls the function for each pod there, with pod, uuid, place and state set.
for_each_pod() {
  for candidate in "$data_dir/pods/$1"/*; do
    [ -d "$candidate" ] || continue
    use_pod "$candidate"
    read_state
    "$2"
  done
}

mark_exited() {
  [ "$state" = exited ] || return 0
  say "moving pod \"$uuid\" to garbage"
  move_pod exited-garbage || {
    say "rename error: pod \"$uuid\" can't be moved"
    return 0
  }
  release_network || say "networks of pod \"$uuid\" are left"
}

mark_aborted() {
  [ "$state" = 'aborted prepare' ] || return 0
  say "moving failed prepare \"$uuid\" to garbage"
  move_pod garbage || say "rename error: pod \"$uuid\" can't be moved"
}

mark_expired() {
  is_older_than "$expire_prepared" || return 0
  say "moving expired prepared pod \"$uuid\" to garbage"
  move_pod garbage || say "rename error: pod \"$uuid\" can't be moved"
}

empty_exited() {
  if is_older_than "$grace_period"; then
    empty_garbage
  else
    say "pod \"$uuid\" not removed: still within grace period ($grace_period)"
  fi
}

empty_garbage() {
  [ "$state" != deleting ] || return 0
  printf 'Garbage collecting pod "%s"\n' "$uuid"
  delete_pod
}

# Removes the directories of interrupted commands. Each names the process that works in it. A directory without such a
# name is new, or about to become an image, so it is removed only when it is a minute old.
remove_abandoned() {
  for pod in "$data_dir/pods/embryo"/* "$data_dir/cas/tmp"/*; do
    [ -d "$pod" ] || continue
    if [ -s "$pod/preparer" ]; then
      ! is_alive "$pod/preparer" || continue
    else
      is_older_than 1m %.3Y || continue
    fi
    rm -rf --one-file-system -- "$pod"
  done
  # Decisions of prepare have the variables that it was given, so they don't outlast the pods for long.
  for pod in "$data_dir/decisions"/*; do
    [ -d "$pod" ] && is_older_than 24h %.3Y || continue
    # Move the decision first. If prepare is copying it, prepare sees that the directory has disappeared.
    read -r removal < /proc/sys/kernel/random/uuid
    mv -T -- "$pod" "$data_dir/decisions/gone-$removal" 2> /dev/null || continue
    rm -rf --one-file-system -- "$data_dir/decisions/gone-$removal"
  done
  # Incomplete downloads that no command has resumed for a day.
  for pod in "$data_dir/cas/downloads"/*; do
    [ ! -f "$pod" ] || ! is_older_than 24h %.3Y || rm -f -- "$pod"
  done
}

for_each_pod run mark_exited
for_each_pod prepare mark_aborted
if $mark_only; then exit 0; fi
for_each_pod prepared mark_expired
for_each_pod exited-garbage empty_exited
for_each_pod garbage empty_garbage
remove_abandoned
