# The crun flavour: functions for pods of one app and of several apps.
#
# crun must not make the PID namespace. If it did, the app would be process 1 of the namespace, and the kernel withholds
# from process 1 every signal without a handler, even SIGTERM. So process 1 is a shell. It ends when the process that
# runs the pod (crun or stage1-crun-apps.sh) ends, even by SIGKILL. Then the kernel kills all other processes of the
# namespace.
#
# Sourced by: stage1-crun.sh and stage1-crun-apps.sh
# Needs:      stage1.sh, with common.sh, rooted.sh and rootfs.sh
# Sets:       flavor; default_signals (empty: the option of env(1) for run_crun)
# Defines:    hide_second_cgroup_hierarchy, show_second_cgroup_hierarchy, start_init (sets init and user_range),
#             mount_app_root, find_crun (sets crun, env and nsenter), run_crun, run_pre_start
flavor=crun

# crun refuses a host with both versions of control groups if the second one has controllers. On such a host the
# controllers that limit pods are in the first one. So cover the second one, in this mount namespace only. crun still
# makes directories there: they land in the cover, which goes with the pod.
hide_second_cgroup_hierarchy() {
  controllers=
  { read -r controllers < /sys/fs/cgroup/unified/cgroup.controllers; } 2> /dev/null
  [ -z "$controllers" ] || mount -t tmpfs -o mode=755 rkt /sys/fs/cgroup/unified \
    || fail "can't hide /sys/fs/cgroup/unified from crun"
}

# Undoes hide_second_cgroup_hierarchy.
show_second_cgroup_hierarchy() {
  [ -z "$controllers" ] || umount -l /sys/fs/cgroup/unified
}

# Starts process 1 of a new PID namespace, and sets init to its pid on the host.
#
# Process 1 waits for a child that reads from a pipe. Only this process, or crun if this becomes crun, has the other end
# of the pipe, so the child ends when this process ends. A shell that waits for one child reaps every other one, the
# orphans of the pod too. A shell that reads the pipe itself does not, and the end of an orphan interrupts some shells.
# The app may kill the child, as any process but process 1: then another child takes its place.
start_init() {
  mkfifo -m 600 "$pod/life" && exec 9<> "$pod/life" || fail "can't make \"$pod/life\""
  user_range=
  { IFS= read -r user_range < "$pod/private-users"; } 2> /dev/null
  if [ -n "$user_range" ]; then start_private_init; else start_common_init; fi
  [ -n "$init" ] || fail "can't make a PID namespace"
  read_identity "$init" && printf '%s\n' "$identity" > "$pod/init" || fail "can't write \"$pod/init\""
  [ -z "$user_range" ] || enter_user_namespace
}

# The program of process 1. Descriptor 8 is its end of the pipe.
init_loop='
  while
    cat <&8 &
    wait "$!"
    [ "$?" -gt 128 ]
  do :; done'

start_common_init() {
  init=$(unshare --pid -- /bin/sh -c '{
      exec 8< "$1" 9<&-
      eval "$2"
    } > /dev/null 2>&1 & echo "$!"' sh "$pod/life" "$init_loop")
}

# Starts process 1 in a new user namespace, which owns the other new namespaces: so root of the pod has rights only in
# the namespaces of the pod. Until the users are mapped, process 1 has the number of the host's root. It becomes the
# pod's root as soon as the map exists. It waits for a limited time, since the process that maps the users may have been
# killed.
start_private_init() {
  init=$(unshare --user --keep-caps --pid --uts --ipc -- /bin/sh -c '{
      exec 8< "$1" 9<&-
      attempts=0
      while read -r map < /proc/self/uid_map; [ -z "$map" ] && [ "$attempts" -lt 1000 ]; do
        sleep 0.01
        attempts=$((attempts + 1))
      done
      exec setpriv --reuid=0 --regid=0 --clear-groups /bin/sh -c "$2"
    } > /dev/null 2>&1 & echo "$!"' sh "$pod/life" "$init_loop")
}

# Maps the users of the pod to users of the host, and mounts the kernel's file systems of the pod's namespaces. The
# pod's own root can't mount these: the kernel allows it only where nothing is mounted over the host's /proc and /sys.
enter_user_namespace() {
  map="0 $user_range"
  printf '%s\n' "$map" > "/proc/$init/gid_map" && printf '%s\n' "$map" > "/proc/$init/uid_map" \
    || fail "can't map users of the pod to $user_range"
  # The user namespace does not own the network namespace, so its root may not open ports below 1024 by itself.
  [ "$net_mode" = host ] || echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start \
    || fail "can't permit ports below 1024"
  ln -sfn "/proc/$init/ns/user" "$pod/user-namespace" || fail "can't make \"$pod/user-namespace\""
  mkdir -p "$pod/kernel/proc" "$pod/kernel/sys" || fail "can't create \"$pod/kernel\""
  mount_or_fail -t sysfs sysfs "$pod/kernel/sys"
  # A child in the PID namespace mounts it. The mount is seen here: the child shares this mount namespace.
  nsenter --pid="/proc/$init/ns/pid" -- mount -t proc proc "$pod/kernel/proc" || fail "can't mount \"$pod/kernel/proc\""
  nsenter --uts="/proc/$init/ns/uts" -- /bin/sh -c 'printf %s "$1" > /proc/sys/kernel/hostname' sh "$hostname" \
    || fail "can't set host name \"$hostname\""
}

# Mounts the root file system of the app of the last use_app, except for what crun mounts itself.
mount_app_root() {
  tell_ignored
  mount_root
  mount_tmp
  mount_name_resolution
  make_volume_targets
  mount_volumes
  check_app
}

find_crun() {
  crun=$(command -v crun) || fail "this pod was prepared for the flavor \"crun\", and crun is not installed any more"
  env=$(command -v env)
  nsenter=$(command -v nsenter)
}

# run_crun EXEC ARGUMENTS: runs crun in the PID namespace of the pod; EXEC is "exec" to become it. If this shell ignores
# signals that crun shall not ignore, default_signals is the option of env(1) that resets them.
run_crun() {
  crun_exec=$1
  shift
  set -- "$env" ${default_signals:+"$default_signals"} -i "PATH=$PATH" \
    "$nsenter" --no-fork --pid="/proc/$init/ns/pid" \
    ${user_range:+--uts="/proc/$init/ns/uts" --ipc="/proc/$init/ns/ipc"} -- "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs "$@"
  if [ -n "$crun_exec" ]; then exec "$@"; else "$@"; fi
}
default_signals=

# Runs the pre-start handler of the app of the last use_app. The bundle is the working directory.
run_pre_start() {
  [ -n "${app_pre_start-}" ] || return 0
  debug "running the pre-start handler $app_pre_start"
  run_crun '' run --bundle=. --config=pre-start.json "$uuid-$app-pre-start" < /dev/null \
    || fail "the pre-start handler of app \"$app\" failed"
}
