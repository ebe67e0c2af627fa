# Owns one pod: runs it and writes down how it ended. The node starts it, and it lives on without the node.
#
#   sh supervise.sh RUN STDOUT STDERR RKT ARGUMENT...
#
# RUN/supervisor  who this is: process id, start in clock ticks after boot, id of the boot. Made before rkt runs.
# RUN/exit        the exit code of rkt, made in one step after rkt has ended.
set -u
run=$1
stdout=$2
stderr=$3
shift 3

# What ends others must not keep the exit code from being written. rkt gets these signals all the same: unlike an
# ignored signal, a trapped one is as usual again in a child.
trap : HUP INT QUIT TERM

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
take() { ln "$run/supervisor.new" "$run/supervisor"; }
# A stop that comes this early ends what it finds, so that it may be this: the pod, when it runs, is asked again.
take || { [ $? -gt 128 ] && take; } || exit 1

"$@" </dev/null >>"$stdout" 2>>"$stderr"
code=$?

printf '%s\n' "$code" >"$run/exit.new" || exit 1
# Only newer versions of sync take a file.
sync "$run/exit.new" 2>/dev/null
mv -f "$run/exit.new" "$run/exit"
