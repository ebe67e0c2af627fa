# rkt help [COMMAND]
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
