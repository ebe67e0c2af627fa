# What the crun flavour has for every pod, however many apps it has. Needs stage1.sh.
#
# crun can't make the PID namespace: the app would be process 1 of it, and the kernel keeps from process 1 every signal that
# it has no handler for, SIGTERM too. So process 1 is a shell that lives as long as whoever runs the pod, crun or
# stage1-crun-apps.sh, whatever ends that; then the kernel kills all that is left in the namespace.
flavor=crun

# crun takes no machine that has both versions of control groups if the second one has controllers; those that limit
# pods are in the first one then. Only this mount namespace loses sight of it. crun makes directories there all the same:
# what covers it takes them, and goes with the pod.
hide_second_cgroup_hierarchy() {
  controllers=
  { read -r controllers < /sys/fs/cgroup/unified/cgroup.controllers; } 2> /dev/null
  [ -z "$controllers" ] || mount -t tmpfs -o mode=755 rkt /sys/fs/cgroup/unified \
    || fail "can't hide /sys/fs/cgroup/unified from crun"
}

# Takes back hide_second_cgroup_hierarchy.
show_second_cgroup_hierarchy() {
  [ -z "$controllers" ] || umount -l /sys/fs/cgroup/unified
}

# Starts process 1 of a new PID namespace, and sets `init` to its pid out here.
#
# Process 1 waits for a child that reads from a pipe of which this process, and so crun if this becomes crun, alone has
# the other end: the child ends when that does. While a shell waits for one child it reaps every other one, the orphans of
# the pod too; a shell that reads the pipe itself does not, and some are interrupted by the end of an orphan. The app may
# kill the child, as it may kill any process but process 1: then another child takes its place.
start_init() {
  mkfifo -m 600 "$pod/life" && exec 9<> "$pod/life" || fail "can't make \"$pod/life\""
  init=$(unshare --pid -- /bin/sh -c '{
      exec 8< "$1" 9<&-
      while
        cat <&8 &
        wait "$!"
        [ "$?" -gt 128 ]
      do :; done
    } > /dev/null 2>&1 & echo "$!"' sh "$pod/life")
  [ -n "$init" ] || fail "can't make a PID namespace"
  read_identity "$init" && printf '%s\n' "$identity" > "$pod/init" || fail "can't write \"$pod/init\""
}

# Mounts the root file system of the app that use_app has read, but for what crun mounts itself.
mount_app_root() {
  tell_ignored
  mount_root
  mount_tmp
  mount_name_resolution
  mount_app_volumes
  check_app
}

find_crun() {
  crun=$(command -v crun) || fail "this pod was prepared for the flavor \"crun\", and crun is not installed any more"
  env=$(command -v env)
  nsenter=$(command -v nsenter)
}

# run_crun EXEC ARGUMENTS: runs crun in the PID namespace of the pod; EXEC is "exec" to become it. `default_signals` is the
# option of env(1) where crun shall not ignore what this shell does.
run_crun() {
  crun_exec=$1
  shift
  set -- "$env" ${default_signals:+"$default_signals"} -i "PATH=$PATH" \
    "$nsenter" --no-fork --pid="/proc/$init/ns/pid" -- "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs "$@"
  if [ -n "$crun_exec" ]; then exec "$@"; else "$@"; fi
}
default_signals=

# Runs the pre-start handler of the app that use_app has read; called in the bundle.
run_pre_start() {
  [ -n "${app_pre_start-}" ] || return 0
  debug "running the pre-start handler $app_pre_start"
  run_crun '' run --bundle=. --config=pre-start.json "$uuid-$app-pre-start" < /dev/null \
    || fail "the pre-start handler of app \"$app\" failed"
}
