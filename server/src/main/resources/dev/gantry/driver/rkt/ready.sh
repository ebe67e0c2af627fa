# Gets ready to become the supervisor of a pod (supervise) while rkt prepares the pod: does what can be done before, and then
# waits for the command on standard input. What fails here, the supervisor does itself.
#
#   sh -c THIS sh RUN MAX_FILES GROUP
#
# The arguments are the supervisor's.
run=$1
max_files=$2
group=$3

# The pipes of the output. A stop may signal a helper of this, but the shell itself must not ignore signals: rkt could not
# reset them.
[ "$max_files" -eq 0 ] || (
    trap '' HUP INT QUIT TERM
    exec mkfifo -m 622 "$run/stdout" "$run/stderr" "$run/copying"
)

# find_home: sets home to the control group of this process in the hierarchy of the pod's group.
find_home() {
    hierarchy=${group%/*/*}
    home=${group%/*}
    while IFS=: read -r number controllers path; do
        if [ -e "$group/cgroup.controllers" ]; then
            [ "$number" -eq 0 ] || continue
        else
            case ,$controllers, in
                *,freezer,*) ;;
                *) continue ;;
            esac
        fi
        # In a container, the hierarchy may be mounted without the directory in which its root is.
        [ ! -w "$hierarchy$path/cgroup.procs" ] || home=$hierarchy$path
        return
    done </proc/self/cgroup
}

# Each move of a process to a control group waits until all processors have passed through the scheduler, often for 10 ms.
# So this process enters the group now, and what the supervisor starts is in it from the beginning. The supervisor leaves
# it while rkt runs, with the help of GANTRY_HOME_GROUP.
if [ -n "$group" ] && [ -d "$group" ]; then
    find_home
    ! echo 0 >"$group/cgroup.procs" || export GANTRY_HOME_GROUP="$home"
fi 2>/dev/null

. /dev/stdin

# There was no command: the node has ended, and the pod will not run.
[ -z "${GANTRY_HOME_GROUP-}" ] || { echo 0 >"$home/cgroup.procs" && rmdir "$group"; }
