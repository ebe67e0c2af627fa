# rkt stop [--force] --uuid-file=FILE | UUID ...: stops pods, and removes their networks.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
force=false
uuid_file=
command_flag() {
  case $1 in
    force) kind=bool ;;
    uuid-file) kind=value ;;
  esac
}
set_flag() {
  case $1 in
    force) force=$2 ;;
    uuid-file) uuid_file=$2 ;;
  esac
}
. "$libexec/flags.sh"
. "$libexec/network.sh"
. "$libexec/pods.sh"
. "$libexec/uuid-operands.sh"
require_root

# Sends SIGTERM to all processes of the pod. The file "stopping" tells stage1-crun-apps.sh that the pod is being
# stopped. If the app ends within a second, kills the processes that it leaves behind. If it takes longer, that is left
# to rm, gc or a second stop.
stop_pod() {
  command : 2> /dev/null > "$pod/stopping"
  read_processes
  signal_processes TERM
  attempts=0
  while is_alive "$pod/pid"; do
    [ "$attempts" -lt 50 ] || return 0
    sleep 0.02
    attempts=$((attempts + 1))
  done
  kill_processes
}

errors=0
for operand do
  if ! find_pod "$operand"; then
    say "cannot get pod: $reason"
    errors=$((errors + 1))
    continue
  fi
  read_state
  case $state in
    running)
      if $force; then kill_processes; else stop_pod; fi
      if [ $? -eq 0 ]; then
        is_alive "$pod/pid" || release_network || say "networks of pod \"$uuid\" are left"
        printf '"%s"\n' "$uuid"
      else
        say "error stopping \"$uuid\": processes$processes can't be killed"
        errors=$((errors + 1))
      fi
      ;;
    exited | 'exited garbage' | deleting)
      kill_processes || say "processes$processes of pod \"$uuid\" can't be killed"
      release_network || say "networks of pod \"$uuid\" are left"
      printf 'pod "%s" is already stopped\n' "$uuid"
      ;;
    *)
      say "pod \"$uuid\" is not running"
      errors=$((errors + 1))
      ;;
  esac
done
[ "$errors" -eq 0 ] || fail "failed to stop $errors pod(s)"
