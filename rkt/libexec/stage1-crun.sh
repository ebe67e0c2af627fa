# The crun flavour: prepares what is only known now of the pod's root file system, in a mount and a UTS namespace that
# are the pod's own, and becomes crun, which runs the app by the bundle that "prepare" has written and has its exit code.
#
# crun can't make the PID namespace: the app would be process 1 of it, and the kernel keeps from process 1 every signal that
# it has no handler for, SIGTERM too. So process 1 is a shell that lives as long as crun, whatever ends crun; then the kernel
# kills all that is left in the namespace.
flavor=crun
. "$1/stage1.sh"

# crun takes no machine that has both versions of control groups if the second one has controllers; those that limit
# pods are in the first one then. Only this mount namespace loses sight of it.
hide_second_cgroup_hierarchy() {
  controllers=
  { read -r controllers < /sys/fs/cgroup/unified/cgroup.controllers; } 2> /dev/null
  [ -z "$controllers" ] || umount -l /sys/fs/cgroup/unified || fail "can't hide /sys/fs/cgroup/unified from crun"
}

# Starts process 1 of a new PID namespace, and sets `init` to its pid out here.
#
# Process 1 waits for a child that reads from a pipe of which this process, and so crun, alone has the other end: the child
# ends when crun does. While a shell waits for one child it reaps every other one, the orphans of the pod too; a shell that
# reads the pipe itself does not, and some are interrupted by the end of an orphan. The app may kill the child, as it may
# kill any process but process 1: then another child takes its place.
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

mount_root
mount_tmp
mount_name_resolution
mount_app_volumes
check_app
set_hostname
hide_second_cgroup_hierarchy

crun=$(command -v crun) || fail "this pod was prepared for the flavor \"crun\", and crun is not installed any more"
env=$(command -v env)
nsenter=$(command -v nsenter)
cd "$app_directory" || fail "can't change to \"$app_directory\""
start_init

# run_crun EXEC ARGUMENTS: runs crun in the PID namespace of the pod; EXEC is "exec" to become it.
run_crun() {
  crun_exec=$1
  shift
  set -- "$env" -i "PATH=$PATH" "$nsenter" --no-fork --pid="/proc/$init/ns/pid" -- \
    "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs "$@"
  if [ -n "$crun_exec" ]; then exec "$@"; else "$@"; fi
}

if [ -n "${app_pre_start-}" ]; then
  debug "running the pre-start handler $app_pre_start"
  run_crun '' run --bundle=. --config=pre-start.json "$uuid-pre-start" < /dev/null \
    || fail "the pre-start handler of app \"$app\" failed"
fi
debug "becoming crun for $app_arguments as $app_user:$app_group"
run_crun exec run --bundle=. --pid-file=pid "$uuid"
fail "can't execute: no $env"
