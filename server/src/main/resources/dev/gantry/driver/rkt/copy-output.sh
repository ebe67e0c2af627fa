# Copies one output of a task from a pipe, its standard input, to files PREFIX.0, PREFIX.1, … of bounded size.
#
#   sh copy-output RUN PREFIX MAX_FILES MAX_SIZE
#
# Every file but the newest has exactly MAX_SIZE bytes, so that a byte's place in the whole output is known from the
# file's number and the place in the file. Ends when nobody has the pipe open for writing any more.
set -u
umask 022
run=$1
prefix=$2
max_files=$3
max_size=$4
LC_ALL=C
export LC_ALL
newline='
'
largest_block=16384

# It must outlive whatever ends the task, so as to copy the task's last words. A dd must not end with the block that it has
# just read, because the shell that reads its report was killed.
trap '' HUP INT QUIT TERM PIPE
# The shell gives /dev/null to what it starts in the background, unless it takes another descriptor.
exec 3<&0

# each_file COMMAND: calls the command for each file, with file, and with number set to the number in its name.
each_file() {
    for file in "$prefix".*; do
        number=${file##*.}
        case $number in
            '' | *[!0-9]*) ;;
            *) "$1" ;;
        esac
    done
}

find_newest() {
    index=0
    each_file take_if_newer
    file=$prefix.$index
}

take_if_newer() {
    [ "$number" -le "$index" ] || index=$number
}

begin_next() {
    index=$((index + 1))
    each_file remove_if_old
    file=$prefix.$index
}

remove_if_old() {
    [ "$number" -gt $((index - max_files)) ] || rm -f -- "$file"
}

# Copies as many reads as are sure to fit into the file. dd writes what each read gives at once, and counts reads, not
# bytes: the smaller the room, the smaller the blocks, down to the very last byte.
copy() {
    block=$((room / 64))
    [ "$block" -le "$largest_block" ] || block=$largest_block
    [ "$block" -ge 512 ] || block=512
    [ "$block" -le "$room" ] || block=$room
    count=$((room / block))
    report=$(dd bs="$block" count="$count" 2>&1 >>"$file")
    status=$?
    [ "$status" -eq 0 ] || return 1
    # dd also reports when it is sent SIGUSR1: the last report counts.
    reads=${report% records in*}
    reads=${reads##*"$newline"}
    case $reads in
        *[!0-9+]* | +* | *+ | '') return 1 ;;
    esac
    reads=$((${reads%+*} + ${reads#*+}))
}

# Tells the node, which reads it when the task has ended; on a full disk only later.
tell_loss() {
    [ -s "$run/lost" ] || printf '%s\n' "$fault" >"$run/lost"
} 2>/dev/null

say_loss() {
    [ -z "$fault" ] || return 0
    fault="output to $file $1"
    printf '%s\n' "$fault" >&2
}

# The task goes on while its output can't be written: what it writes meanwhile is lost.
discard() {
    # Before the line with the counts stands what went wrong, and before that may stand a warning.
    reason=${report%"$newline"*" records in"*}
    say_loss "was lost: ${reason##*"$newline"}"
    tell_loss
    { timeout -s KILL 1 cat <&3 >/dev/null; } 2>/dev/null
}

copy_all() {
    fault=
    find_newest
    while [ -d "${prefix%/*}" ]; do
        size=0
        [ ! -e "$file" ] || size=$(stat -c %s -- "$file" 2>/dev/null) || size=0
        room=$((max_size - size))
        if [ "$room" -le 0 ]; then
            begin_next
        elif copy; then
            if [ -n "$fault" ]; then
                tell_loss
                fault=
            fi
            [ "$reads" -eq "$count" ] || return 0
        elif [ "$status" -gt 128 ]; then
            say_loss "may be lost: dd was killed by signal $((status - 128))"
        else
            discard
        fi
    done
    return 0
}

# Copies in a process of its own. When that is killed, another one goes on: nobody else reads the pipe, so the task would
# wait for ever. The substitution ends when no process has descriptor 4 any more: the dd that is left finishes first.
# shellcheck disable=SC2034 # the substitution is wanted for its end only
until nothing=$(copy_all 4>&1); do
    [ $? -gt 128 ] || exit 1
    printf '%s\n' "what copied to $prefix was killed, and is started again" >&2
done
