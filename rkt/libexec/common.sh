# What all commands share: messages, and who a process is. Sourced by bin/rkt and by stage1.sh.

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

# Prints the help of a command, and the flags that all commands have.
print_help() {
  cat "$libexec/help/$1.txt" "$libexec/help/global-flags"
}

# Sets `quoted` to the argument in double quotes, with what they would hide escaped (Go's %q).
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

# Sets `process_start` to when the process of this pid was started, in clock ticks since boot. Fails if there is none
# or it is dead and only waits for its parent. Its name, in parentheses, may hold anything, newlines included.
read_process_start() {
  process_stat=
  { while IFS= read -r line; do process_stat="$process_stat$line "; done < "/proc/$1/stat"; } 2> /dev/null || return 1
  set -- ${process_stat##*) }
  case ${1-X} in
    Z | X) return 1 ;;
  esac
  process_start=${20}
}

# Sets `identity` to what tells this process from any other that ever has its pid: also from one after a reboot.
read_identity() {
  read -r boot_id < /proc/sys/kernel/random/boot_id
  read_process_start "$1" || return 1
  identity="$1 $process_start $boot_id"
}

# Whether the process whose identity stands in the file is alive.
is_alive() {
  recorded=
  { IFS= read -r recorded < "$1"; } 2> /dev/null
  read_identity "${recorded%% *}" && [ "$identity" = "$recorded" ]
}
