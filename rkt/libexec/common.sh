# What all commands share: messages, quoting and the identity of a process.
#
# Sourced by: bin/rkt, stage1.sh and export-overlay.sh
# Needs:      libexec and command; debug (true or false) for the function debug
# Sets:       newline
# Defines:    say, fail, debug, print_help, go_quote, require_root, read_process_start, read_identity, is_alive

newline='
'

# Prints a message about the command in rkt's form.
say() {
  printf '%s: %s\n' "$command" "$*" >&2
}

# Ends the command as rkt ends a failed one.
fail() {
  say "$@"
  exit 254
}

debug() {
  if $debug; then say "$@"; fi
}

# print_help COMMAND: prints the help of a command, and the flags that all commands have.
print_help() {
  cat "$libexec/help/$1.txt" "$libexec/help/global-flags"
}

# Sets quoted to the argument in double quotes, with quotes, backslashes and newlines escaped (Go's %q).
go_quote() {
  case $1 in
    *[\"\\]* | *"$newline"*)
      quoted=$(printf '%s\n' "$1" | sed -e 's/["\\]/\\&/g' -e ':a' -e '$!{N;ba' -e '}' -e 's/\n/\\n/g')
      quoted="\"$quoted\""
      ;;
    *) quoted="\"$1\"" ;;
  esac
}

require_root() {
  while read -r key effective_user _; do
    [ "$key" != Uid: ] || break
  done < /proc/self/status
  [ "$effective_user" = 0 ] || fail 'cannot run as unprivileged user'
}

# read_process_start PID: sets process_start to the start time of the process, in clock ticks since boot. Fails if there
# is no such process, or it is a zombie. Its name, in parentheses, may hold anything, newlines included.
read_process_start() {
  process_stat=
  { while IFS= read -r line; do process_stat="$process_stat$line "; done < "/proc/$1/stat"; } 2> /dev/null || return 1
  set -- ${process_stat##*) }
  case ${1-X} in
    Z | X) return 1 ;;
  esac
  process_start=${20}
}

# read_identity PID: sets identity to a line that no other process ever has: the pid, the start time and the id of the
# boot. Fails if there is no such process.
read_identity() {
  read -r boot_id < /proc/sys/kernel/random/boot_id
  read_process_start "$1" || return 1
  identity="$1 $process_start $boot_id"
}

# is_alive FILE: decides whether the process whose identity is in the file is alive; sets recorded to the identity.
is_alive() {
  recorded=
  { IFS= read -r recorded < "$1"; } 2> /dev/null
  read_identity "${recorded%% *}" && [ "$identity" = "$recorded" ]
}
