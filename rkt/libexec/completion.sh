# rkt completion SHELL: prints the script that completes the commands of rkt in a shell.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh
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
