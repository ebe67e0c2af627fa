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
  user_range=
  { IFS= read -r user_range < "$pod/private-users"; } 2> /dev/null
  if [ -n "$user_range" ]; then start_private_init; else start_common_init; fi
  [ -n "$init" ] || fail "can't make a PID namespace"
  read_identity "$init" && printf '%s\n' "$identity" > "$pod/init" || fail "can't write \"$pod/init\""
  [ -z "$user_range" ] || enter_user_namespace
}

# What process 1 does; 8 is its end of the pipe.
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

# With a user namespace that owns the other namespaces, which are new too: root of the pod has rights over what is the pod's
# only. Process 1 becomes the pod's root itself as soon as there is one, for it is still the host's by its number. It
# does not wait for ever: who maps the users may have been killed.
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

# Says which users of the host those of the pod are, and mounts the files of the kernel that belong to the pod's namespaces:
# the kernel lets the root of a user namespace do so only where nothing is mounted over the host's.
enter_user_namespace() {
  map="0 $user_range"
  printf '%s\n' "$map" > "/proc/$init/gid_map" && printf '%s\n' "$map" > "/proc/$init/uid_map" \
    || fail "can't map users of the pod to $user_range"
  # The network is not among what the user namespace owns, so that its root may not open ports that are root's.
  [ "$net_mode" = host ] || echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start \
    || fail "can't permit ports below 1024"
  ln -sfn "/proc/$init/ns/user" "$pod/user-namespace" || fail "can't make \"$pod/user-namespace\""
  mkdir -p "$pod/kernel/proc" "$pod/kernel/sys" || fail "can't create \"$pod/kernel\""
  mount_or_fail -t sysfs sysfs "$pod/kernel/sys"
  # By a child in the PID namespace; the mount is seen here, for the mount namespace is this one's.
  nsenter --pid="/proc/$init/ns/pid" -- mount -t proc proc "$pod/kernel/proc" || fail "can't mount \"$pod/kernel/proc\""
  nsenter --uts="/proc/$init/ns/uts" -- /bin/sh -c 'printf %s "$1" > /proc/sys/kernel/hostname' sh "$hostname" \
    || fail "can't set host name \"$hostname\""
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
    "$nsenter" --no-fork --pid="/proc/$init/ns/pid" \
    ${user_range:+--uts="/proc/$init/ns/uts" --ipc="/proc/$init/ns/ipc"} -- "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs "$@"
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
