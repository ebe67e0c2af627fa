# rkt cat-manifest [--pretty-print=BOOL] --uuid-file=FILE | UUID: prints the manifest of a pod.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
pretty=true
command_flag() {
  case $1 in
    pretty-print | uuid-file) kind=value ;;
  esac
  [ "$1" != pretty-print ] || kind=bool
}
uuid_file=
set_flag() {
  case $1 in
    pretty-print) pretty=$2 ;;
    uuid-file) uuid_file=$2 ;;
  esac
}
. "$libexec/flags.sh"
. "$libexec/pods.sh"

. "$libexec/one-uuid.sh"
find_pod "$1" || fail "problem retrieving pod: $reason"
if $pretty; then manifest=$pod/pod-pretty; else manifest=$pod/pod; fi
[ -e "$manifest" ] || fail "pod manifest of \"$uuid\" not available: it was not prepared"
cat "$manifest"
