# The crun flavour for a pod of several apps. The apps share the pod's namespaces but for their mounts and control
# groups. This shell stays while the pod runs: it is the parent of one crun for each app, whose standard output and error
# are those of the pod, and its exit code is the pod's. As in rkt, an app that ends with 0 leaves the others alone; when
# one fails, the others are stopped, and its exit code is the pod's.
#
# If this shell is killed, process 1 of the pod ends (crun-sandbox.sh), and with it all apps.
. "$1/stage1.sh"
. "$libexec/crun-sandbox.sh"
. "$libexec/pods.sh"

# How long the other apps may take to end when one has failed, in seconds.
grace=${RKT_APP_GRACE:-10}
case $grace in
  *[!0-9]*) fail "RKT_APP_GRACE is \"$grace\", no number of seconds" ;;
esac

# Apps share POSIX shared memory as they share the other kinds of IPC; the bundles of the apps mount this.
mount_shared_memory() {
  mkdir -p "$pod/shm" || fail "can't create \"$pod/shm\""
  mount_or_fail -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm "$pod/shm"
}

prepare_app() {
  use_app "$1"
  mount_app_root
  debug "running app $1: $app_arguments as $app_user:$app_group"
}

# Opens the pipe through which the watchers of apps wake this shell: 7 to write, 8 to read. What is written to it stays
# until it is read.
open_wake_pipe() {
  mkfifo -m 600 "$pod/wake" && exec 7<> "$pod/wake" 8< "$pod/wake" || fail "can't make \"$pod/wake\""
  rm -f "$pod/wake"
}

# Starts an app. A shell starts what is in the background with SIGINT and SIGQUIT ignored; the app shall not inherit that.
start_app() {
  open_watch_pipe
  (
    exec 5<&- 7<&- 8<&- 9<&- < /dev/null
    use_app "$1"
    cd "$app_directory" || fail "can't change to \"$app_directory\""
    default_signals=--default-signal
    run_pre_start
    # The pod was stopped meanwhile.
    [ ! -e "$pod/stopping" ] || exit 143
    run_crun exec run --bundle=. --pid-file=pid "$uuid-$1"
    fail "can't execute: no $env"
  ) &
  watch "$1" "$!"
  running="$running $child"
  # Who kills the pod finds it by this.
  crun_pid=${child#*:}
  if read_identity "${crun_pid%:*}"; then printf '%s\n' "$identity" > "$pod/app/$1/crun"; fi
  # Who stopped the pod meanwhile did not know of this app yet.
  ! $stopping || signal_apps TERM
}

# Opens the pipe through which a watcher learns of the end of a child: 5 to read, 6 for the child to hold.
open_watch_pipe() {
  mkfifo -m 600 "$pod/watch" && exec 4<> "$pod/watch" 5< "$pod/watch" 6> "$pod/watch" || fail "can't make \"$pod/watch\""
  exec 4<&-
  rm -f "$pod/watch"
}

# watch NAME PID: starts a watcher that wakes this shell when the child has ended, by whatever. Sets `child` to what the
# child is known by: NAME:PID:START.
watch() {
  process_start=ended
  read_process_start "$2"
  child=$1:$2:$process_start
  (
    exec 6>&- 8<&- 9<&- < /dev/null > /dev/null 2>&1
    read -r _ <&5
    # A process closes its files before it has ended.
    while runs "$child"; do sleep 0.01; done
    echo >&7
  ) &
  exec 5<&- 6>&-
}

# Whether a child, NAME:PID:START, has not ended.
runs() {
  pid=${1#*:}
  read_process_start "${pid%:*}" && [ "$process_start" = "${pid#*:}" ]
}

# Hands a signal on to the apps, as crun does for one: whoever sends it decides what it is for.
hand_on() {
  interrupted=true
  case $1 in
    HUP | INT | QUIT | TERM)
      stopping=true
      command : 2> /dev/null > "$pod/stopping"
      ;;
  esac
  signal_apps "$1"
}

# Called at any point of the rest, so it changes no variable of that.
signal_apps() {
  for signalled in $running; do
    signalled_pid=${signalled#*:}
    kill "-$1" "${signalled_pid%:*}" 2> /dev/null
  done
}

# Sets `code` to the exit code of a child once it has ended. A signal interrupts "wait", which then tells the number of the
# signal, or the shell has forgotten the child when it waits again, which "wait" tells by 127.
await_child() {
  code=127
  while
    interrupted=false
    # The shell says here that a child was killed.
    wait "$1" 2> /dev/null
    waited=$?
    [ "$waited" -eq 127 ] || code=$waited
    $interrupted
  do :; done
}

# Waits until a watcher has written a line.
await_wake() {
  (
    exec 7>&- 9<&- < /dev/null > /dev/null 2>&1
    read -r _ <&8
  ) &
  await_child "$!"
}

# Looks which apps have ended.
reap() {
  alive=
  for child in $running; do
    if runs "$child"; then
      alive="$alive $child"
    else
      pid=${child#*:}
      await_child "${pid%:*}"
      end_app "${child%%:*}" "$code"
    fi
  done
  running=$alive
}

# end_app APP CODE
end_app() {
  printf '%s\n' "$2" > "$pod/app/$1/exit-code"
  # It is gone, with all that the app has left behind, unless crun was killed.
  [ ! -e "$pod/crun/$uuid-$1/status" ] \
    || "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs delete --force "$uuid-$1" > /dev/null
  if [ "$2" -ne 0 ] && [ "$result" -eq 0 ]; then
    result=$2
    # Who stops a pod decides how long that may take.
    [ -e "$pod/stopping" ] || stop_other_apps
  fi
  run_post_stop "$1"
}

# Not by a hook of crun, as for a single app: the handler has the pod's own output, in which the other apps write.
run_post_stop() {
  [ -e "$pod/app/$1/post-stop.json" ] && is_alive "$pod/init" || return 0
  (
    exec 7<&- 8<&- 9<&- < /dev/null
    cd "$pod/app/$1" || fail "can't change to \"$pod/app/$1\""
    default_signals=--default-signal
    run_crun exec run --bundle=. --config=post-stop.json "$uuid-$1-post-stop"
  ) &
  await_child "$!"
  [ "$code" -eq 0 ] || say "the post-stop handler of app \"$1\" failed"
}

stop_other_apps() {
  signal_apps TERM
  open_watch_pipe
  (
    exec 5<&- 7<&- 8<&- 9<&- < /dev/null > /dev/null 2>&1
    exec sleep "$grace"
  ) &
  watch timer "$!"
  timer=$child
}

# Whoever waits for the end of the pod finds nothing of it any more.
end_pod() {
  stop_timer
  kill_recorded "$pod/init"
  show_second_cgroup_hierarchy
  remove_cgroups
  exit "$result"
}

stop_timer() {
  [ -n "$timer" ] || return 0
  timer_pid=${timer#*:}
  kill -KILL "${timer_pid%:*}" 2> /dev/null
}

find_crun
for app in $apps; do (prepare_app "$app") || exit; done
mount_shared_memory
set_hostname
hide_second_cgroup_hierarchy
start_init
open_wake_pipe

running=
timer=
result=0
stopping=false
for signal in HUP INT QUIT USR1 USR2 TERM WINCH; do trap "hand_on $signal" "$signal"; done
for app in $apps; do
  if $stopping; then
    result=143
  else
    start_app "$app"
  fi
done
while [ -n "$running" ]; do
  await_wake
  [ -z "$timer" ] || runs "$timer" || kill_recorded "$pod/init"
  reap
done
end_pod
