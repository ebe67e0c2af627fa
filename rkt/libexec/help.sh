# rkt help [COMMAND]: prints the help of a command, or of rkt.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
command_flag() { :; }
set_flag() { :; }
. "$libexec/flags.sh"
topic=${1:-rkt}
case $topic in
  */* | .*) topic=rkt ;;
esac
[ -e "$libexec/help/$topic.txt" ] || {
  go_quote "$topic"
  echo "Unknown help topic $quoted" >&2
  exit 254
}
print_help "$topic"
