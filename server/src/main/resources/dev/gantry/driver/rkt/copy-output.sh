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

# It must outlive whatever ends the task, so as to copy the task's last words.
trap '' HUP INT QUIT TERM
# The shell gives /dev/null to what it starts in the background, unless it takes another descriptor.
exec 3<&0

find_newest() {
    index=0
    for file in "$prefix".*; do
        number=${file##*.}
        case $number in
            '' | *[!0-9]*) ;;
            *) [ "$number" -le "$index" ] || index=$number ;;
        esac
    done
    file=$prefix.$index
}

begin_next() {
    index=$((index + 1))
    for file in "$prefix".*; do
        number=${file##*.}
        case $number in
            '' | *[!0-9]*) ;;
            *) [ "$number" -gt $((index - max_files)) ] || rm -f -- "$file" ;;
        esac
    done
    file=$prefix.$index
}

# Copies as many reads as are sure to fit into the file. dd writes what each read gives at once, and counts reads, not
# bytes: the smaller the room, the smaller the blocks, down to the very last byte.
copy() {
    block=$((room / 64))
    [ "$block" -le "$largest_block" ] || block=$largest_block
    [ "$block" -ge 512 ] || block=512
    [ "$block" -le "$room" ] || block=$room
    count=$((room / block))
    report=$(dd bs="$block" count="$count" 2>&1 >>"$file") || return 1
    reads=${report%% records in*}
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

# The task goes on while its output can't be written: what it writes meanwhile is lost.
discard() {
    if [ -z "$fault" ]; then
        # Before the line with the counts stands what went wrong, and before that may stand a warning.
        reason=${report%"$newline"*" records in"*}
        fault="output to $file was lost: ${reason##*"$newline"}"
        printf '%s\n' "$fault" >&2
    fi
    tell_loss
    cat <&3 >/dev/null &
    sleep 1
    { kill -KILL "$!" && wait "$!"; } 2>/dev/null
}

fault=
find_newest
while [ -d "${prefix%/*}" ]; do
    size=$(stat -c %s -- "$file" 2>/dev/null) || size=0
    room=$((max_size - size))
    if [ "$room" -le 0 ]; then
        begin_next
    elif copy; then
        if [ -n "$fault" ]; then
            tell_loss
            fault=
        fi
        [ "$reads" -eq "$count" ] || exit 0
    else
        discard
    fi
done
