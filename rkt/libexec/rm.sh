# rkt rm --uuid-file=FILE | UUID ...: removes pods that don't run.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
uuid_file=
command_flag() {
  case $1 in
    uuid-file) kind=value ;;
  esac
}
set_flag() {
  uuid_file=$2
}
. "$libexec/flags.sh"
. "$libexec/network.sh"
. "$libexec/pods.sh"
. "$libexec/uuid-operands.sh"
require_root

remove_pod() {
  read_state
  case $state in
    running) say "pod \"$uuid\" is currently running" ;;
    embryo | preparing) say "pod \"$uuid\" is currently being prepared" ;;
    deleting) say "pod \"$uuid\" is currently being deleted" ;;
    'aborted prepare')
      say "moving failed prepare \"$uuid\" to garbage"
      move_pod garbage && delete_pod && return
      ;;
    prepared)
      say "moving expired prepared pod \"$uuid\" to garbage"
      move_pod garbage && delete_pod && return
      ;;
    exited) move_pod exited-garbage && delete_pod && return ;;
    *) delete_pod && return ;;
  esac
  return 1
}

status=0
for operand do
  if ! find_pod "$operand"; then
    say "cannot get pod: $reason"
    status=254
  elif remove_pod; then
    printf '"%s"\n' "$uuid"
  else
    status=254
  fi
done
[ "$status" -eq 0 ] || say 'failed to remove one or more pods'
exit "$status"
