# Owns one pod: runs it and writes down how it ended. The node starts it, and it lives on without the node.
#
#   sh supervise RUN LOG MAX_FILES MAX_SIZE GROUP RKT ARGUMENT...
#
# LOG               what the names of the output's files begin with: LOG.stdout.0 and so on
# MAX_FILES         how many files of each output are kept; 0 to discard it
# MAX_SIZE          how many bytes a file has
# GROUP             the control group for rkt and the pod, which this removes; empty where there can be none
#
# RUN/supervisor    who this is: process id, start in clock ticks after boot, id of the boot. Made before rkt runs.
# RUN/stdout        the pipe that rkt and the pod write to; RUN/stderr likewise. They may exist already
# RUN/exit.new      takes the space of the exit code; made after RUN/supervisor
# RUN/group         the control group, once rkt is in it
# RUN/exit          the exit code of rkt, made in one step after all of the pod has ended and its output has been copied
#
# GANTRY_HOME_GROUP in the environment says that this is in GROUP, and where it came from. Then rkt usually is in GROUP from
# its start, and this leaves GROUP while rkt runs (ready.sh).
set -u
run=$1
log=$2
max_files=$3
max_size=$4
group=$5
shift 5
home=${GANTRY_HOME_GROUP-}
unset GANTRY_HOME_GROUP

# What ends others must not keep the exit code from being written, nor end a helper of this: a stop that comes before rkt runs, or
# after, finds those. rkt itself gets these signals as usual: become_rkt.
trap '' HUP INT QUIT TERM

# The start is the 22nd field, the 20th after the name in parentheses, which may hold blanks itself.
start_of() {
    # shellcheck disable=SC2086
    set -- ${1##*) }
    shift 19
    started=$1
}
read -r stat </proc/$$/stat || exit 1
start_of "$stat"
read -r boot </proc/sys/kernel/random/boot_id || exit 1

# Either this or the node makes the file, never both: a node that finds it missing takes it and gives the run up.
printf '%s %s %s\n' "$$" "$started" "$boot" >"$run/supervisor.new" || exit 1
ln "$run/supervisor.new" "$run/supervisor" || exit 1

# Each end of a pipe that is opened for both reading and writing is opened at once; 3 and 4 keep the pipes from ending
# before the pod has begun. Of "copying" the copiers alone keep the end for writing, so that it ends when they have.
# A pod that runs as any user may open its output anew, by /dev/stdout: only with this mode, whoever owns the pipe.
# Nobody else gets to the pipes: their directory is in one that only the node's user may enter.
open_pipes() {
    for pipe in stdout stderr copying; do
        [ -p "$run/$pipe" ] || mkfifo -m 622 "$run/$pipe" || exit 1
    done
    exec 3<>"$run/stdout" 4<>"$run/stderr" 5<>"$run/copying" 6<"$run/copying" || exit 1
}

begin_copying() {
    for stream in stdout stderr; do
        # Without the mark of the pod: the node kills what has it once the pod has ended, and a copier may still be reading then.
        (
            unset GANTRY_POD_ID
            exec /bin/sh "$run/copy-output" "$run" "$log.$stream" "$max_files" "$max_size"
        ) <"$run/$stream" >/dev/null 3>&- 4>&- 6<&- &
    done
}

# Moves this process and the supervisor out of the group, which ends before the supervisor does. Runs beside rkt, in a
# process of its own. The copiers come after, since they must not be in the group either: until then, the output waits in
# the pipes.
leave_and_copy() {
    left=0
    [ -z "$home" ] || { echo 0 >"$home/cgroup.procs" && echo "$$" >"$home/cgroup.procs"; } 2>/dev/null || left=1
    [ "$max_files" -eq 0 ] || begin_copying
    exit "$left"
}

# Waits until all that was written is in the files; but not for ever, since a process that has left the pod may have
# kept the pipe. Its copier goes on then, until the node ends it before the next run.
end_copying() {
    exec 3>&- 4>&-
    timeout -s KILL 3 cat <&6 >/dev/null
    exec 6<&-
}

# Takes the space of the exit code while there is some: the disk may be full when the pod has ended, and without its exit code
# a task that has done its work would count as failed.
printf '%3s\n' '' >"$run/exit.new" || exit 1

# The node has made the group. A pod that can't be put into its group runs all the same: the node looks for what it leaves.
[ -z "$group" ] || [ -d "$group" ] || mkdir -p "$group" || group=

# Tells whether the calling process is in the group. To ask is faster than to enter it again.
is_in_group() {
    while IFS=: read -r _ _ path; do
        case $path in
            */"${group##*/}") return 0 ;;
        esac
    done </proc/self/cgroup
    return 1
}

# Becomes rkt. Called in a process of its own, which is not in the group if the supervisor has left it before it made this
# process.
become_rkt() {
    trap - HUP INT QUIT TERM
    if [ -n "$group" ] && { is_in_group || echo 0 >"$group/cgroup.procs"; } 2>/dev/null; then
        printf '%s\n' "$group" >"$run/group"
    fi
    exec "$@"
}

# Whatever rkt is, the children of an app may outlive it: this ends them.
end_group() {
    [ -n "$group" ] || return 0
    [ -e "$run/group" ] || printf '%s\n' "the pod could not enter $group" >&2
    /bin/sh "$run/end-group" "$group"
}

stdout=/dev/null
stderr=/dev/null
if [ "$max_files" -gt 0 ]; then
    open_pipes
    stdout=$run/stdout
    stderr=$run/stderr
fi
leave_and_copy &
helper=$!
exec 5>&-
# In the foreground: a shell starts what is in the background with SIGINT and SIGQUIT ignored.
(become_rkt "$@") </dev/null >"$stdout" 2>"$stderr" 3>&- 4>&- 6<&-
code=$?
# If this is still in the group, the node ends the group when this has ended.
wait "$helper" || { echo 0 >"$home/cgroup.procs"; } 2>/dev/null || group=
end_group 3>&- 4>&- 6<&-
[ "$max_files" -eq 0 ] || end_copying

# Written over what is there: a file that is emptied first gives its space away.
printf '%3s\n' "$code" 1<>"$run/exit.new" || exit 1
# Only newer versions of sync take a file.
sync "$run/exit.new" 2>/dev/null
mv -f "$run/exit.new" "$run/exit"
