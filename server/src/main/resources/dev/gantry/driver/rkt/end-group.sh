# Kills all that lives in a control group and in those below it, and removes them. Ends only when nothing is left of them.
#
#   sh end-group GROUP
#
# GROUP   the group's directory. Version 2 of control groups, or the freezer of version 1
set -u
group=$1

# Kills at once what there is, forks included: by the kernel (version 2, Linux 5.14), else while all is frozen. What is
# frozen can't end, so that no process id is another's by the time that it is killed.
kill_all() {
    if [ -e "$group/cgroup.kill" ]; then
        echo 1 >"$group/cgroup.kill"
    elif [ -e "$group/freezer.state" ]; then
        kill_frozen freezer.state FROZEN THAWED
    else
        kill_frozen cgroup.freeze 1 0
    fi
}

kill_frozen() {
    echo "$2" >"$group/$1"
    looks=0
    until is_frozen || [ "$looks" -ge 40 ]; do
        sleep 0.05
        looks=$((looks + 1))
    done
    kill_in "$group"
    echo "$3" >"$group/$1"
}

is_frozen() {
    if [ -e "$group/freezer.state" ]; then
        read -r state <"$group/freezer.state" && [ "$state" = FROZEN ]
        return
    fi
    while read -r key value; do
        [ "$key" != frozen ] || [ "$value" != 1 ] || return 0
    done <"$group/cgroup.events"
    return 1
}

kill_in() (
    for below in "$1"/*/; do
        [ ! -d "$below" ] || kill_in "${below%/}"
    done
    # A process that this one can't see has the id 0, which kill takes for its own group.
    while read -r process; do
        [ "$process" -le 1 ] || kill -KILL "$process"
    done <"$1/cgroup.procs"
)

# Fails if something lives there.
remove() (
    for below in "$1"/*/; do
        [ ! -d "$below" ] || remove "${below%/}" || exit 1
    done
    rmdir "$1" || [ ! -d "$1" ]
)

tries=0
until remove "$group"; do
    kill_all
    # What has not ended after a few seconds waits for a device.
    if [ "$tries" -lt 100 ]; then sleep 0.02; else sleep 1; fi
    tries=$((tries + 1))
done 2>/dev/null
