# rkt completion SHELL: prints what completes rkt's commands in a shell.
command_flag() { :; }
set_flag() { :; }
. "$libexec/flags.sh"

case $# in
  0) fail 'shell type is not specified' ;;
  1) ;;
  *) fail 'too many arguments, only shell type is expected' ;;
esac
[ "$1" = bash ] || fail "'$1' shell is not supported"
cat "$libexec/completion.bash"
