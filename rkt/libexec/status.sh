# rkt status [--wait[=BOOL|DURATION]] [--wait-ready[=BOOL|DURATION]] [--format=json|json-pretty] --uuid-file=FILE |
# UUID: prints the status of a pod.
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
wait_finished=false
wait_ready=false
format=
uuid_file=
command_flag() {
  case $1 in
    wait | wait-ready) kind=optional ;;
    format | uuid-file) kind=value ;;
  esac
}
set_flag() {
  case $1 in
    wait) wait_finished=${2:-true} ;;
    wait-ready) wait_ready=${2:-true} ;;
    uuid-file) uuid_file=$2 ;;
    format) read_format "$2" ;;
  esac
}
. "$libexec/flags.sh"
. "$libexec/pods.sh"
. "$libexec/durations.sh"
. "$libexec/pod-status.sh"

# await STATES PATIENCE AIM: waits until the last word of the pod's state is one of STATES. PATIENCE is a duration or a
# boolean: true and negative durations wait forever; false and zero don't wait. Fails, naming the aim, when it is over.
await() {
  case $2 in
    1 | t | T | TRUE | true | True) patience=-1 ;;
    0 | f | F | FALSE | false | False) patience=0 ;;
    *) parse_duration "$2" || flag_error "invalid duration $2" && patience=$milliseconds ;;
  esac
  while [ "$patience" -ne 0 ]; do
    find_pod "$uuid" || fail "problem retrieving pod: $reason"
    read_state
    case " $1 " in
      *" ${state##* } "*) return ;;
    esac
    sleep 0.05
    [ "$patience" -lt 0 ] || patience=$((patience > 50 ? patience - 50 : 0))
    [ "$patience" -ne 0 ] || fail "error waiting for pod $3: context deadline exceeded"
  done
}

. "$libexec/one-uuid.sh"
find_pod "$1" || fail "problem retrieving pod: $reason"
await 'running exited garbage deleting' "$wait_ready" readiness
await 'exited garbage deleting' "$wait_finished" 'to finish'
find_pod "$uuid" || fail "problem retrieving pod: $reason"

case $format in
  json) print_status_json ;;
  json-pretty)
    . "$libexec/java.sh"
    print_status_json | run_java json-pretty
    ;;
  *) print_status_text ;;
esac
