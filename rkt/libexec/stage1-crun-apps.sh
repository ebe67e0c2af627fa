# The crun flavour for a pod of several apps. The apps share the pod's namespaces except mounts and control groups. This
# shell stays while the pod runs. It is the parent of one crun for each app, its standard output and error are the
# output of all apps, and its exit code is the pod's. As in rkt, the other apps continue when an app ends with 0. When
# an app fails, the others are stopped, and the pod ends with the exit code of the failed app.
#
# If this shell is killed, process 1 of the pod ends (crun-sandbox.sh), and with it all apps.
#
# Sourced by: nobody. run-prepared.sh executes it; stage1.sh lists the arguments.
# Needs:      its arguments; RKT_APP_GRACE of the environment, if set: the seconds that apps have to end when one has
#             failed
. "$1/stage1.sh"
. "$libexec/crun-sandbox.sh"
. "$libexec/pods.sh"

# Seconds that the other apps have to end when one has failed.
grace=${RKT_APP_GRACE:-10}
case $grace in
  *[!0-9]*) fail "RKT_APP_GRACE is \"$grace\", no number of seconds" ;;
esac

# Makes the POSIX shared memory that the apps share, as the other kinds of IPC. The bundles of the apps mount it.
mount_shared_memory() {
  mkdir -p "$pod/shm" || fail "can't create \"$pod/shm\""
  mount_or_fail -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=65536k shm "$pod/shm"
}

prepare_app() {
  use_app "$1"
  mount_app_root
  debug "running app $1: $app_program as $app_user:$app_group"
}

# Opens the pipe through which the watchers of apps wake this shell: descriptor 7 to write, 8 to read. A wake-up stays
# in the pipe until it is read.
open_wake_pipe() {
  mkfifo -m 600 "$pod/wake" && exec 7<> "$pod/wake" 8< "$pod/wake" || fail "can't make \"$pod/wake\""
  rm -f "$pod/wake"
}

# start_app NAME: starts an app. A shell starts background processes with SIGINT and SIGQUIT ignored, so reset them.
start_app() {
  open_watch_pipe
  (
    exec 5<&- 7<&- 8<&- 9<&- < /dev/null
    use_app "$1"
    cd "$app_directory" || fail "can't change to \"$app_directory\""
    default_signals=--default-signal
    run_pre_start
    # The pod was stopped during the handler.
    [ ! -e "$pod/stopping" ] || exit 143
    run_crun exec run --bundle=. --pid-file=pid "$uuid-$1"
    fail "can't execute: no $env"
  ) &
  watch "$1" "$!"
  running="$running $child"
  # kill_namespace of processes.sh finds the app's crun by this file.
  crun_pid=${child#*:}
  if read_identity "${crun_pid%:*}"; then printf '%s\n' "$identity" > "$pod/app/$1/crun"; fi
  # A signal that came before this moment did not reach this app.
  ! $stopping || signal_apps TERM
}

# Opens the pipe by which a watcher sees the end of a child: descriptor 5 to read, 6 for the child to hold open.
open_watch_pipe() {
  mkfifo -m 600 "$pod/watch" && exec 4<> "$pod/watch" 5< "$pod/watch" 6> "$pod/watch" || fail "can't make \"$pod/watch\""
  exec 4<&-
  rm -f "$pod/watch"
}

# watch NAME PID: starts a watcher that wakes this shell when the child has ended, for whatever reason. Sets child to
# NAME:PID:START.
watch() {
  process_start=ended
  read_process_start "$2"
  child=$1:$2:$process_start
  (
    exec 6>&- 8<&- 9<&- < /dev/null > /dev/null 2>&1
    read -r _ <&5
    # A process closes its files a little before it ends.
    while runs "$child"; do sleep 0.01; done
    echo >&7
  ) &
  exec 5<&- 6>&-
}

# runs CHILD: decides whether a child, NAME:PID:START, still runs.
runs() {
  pid=${1#*:}
  read_process_start "${pid%:*}" && [ "$process_start" = "${pid#*:}" ]
}

# hand_on SIGNAL: hands a signal on to all apps, as crun does for one app.
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

# signal_apps SIGNAL: called by traps at any point, so it uses variables of its own only.
signal_apps() {
  for signalled in $running; do
    signalled_pid=${signalled#*:}
    kill "-$1" "${signalled_pid%:*}" 2> /dev/null
  done
}

# await_child PID: waits for a child and sets code to its exit code. A signal interrupts "wait", which then returns the
# number of the signal; so wait again. If the shell has forgotten the child by then, "wait" returns 127.
await_child() {
  code=127
  while
    interrupted=false
    # Hide the shell's message that a child was killed.
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

# Records the exit codes of the apps that have ended.
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

# end_app APP CODE: records the exit code, stops the other apps after a failure, and runs the post-stop handler.
end_app() {
  printf '%s\n' "$2" > "$pod/app/$1/exit-code"
  # crun has removed the container and all processes of the app, unless crun was killed.
  [ ! -e "$pod/crun/$uuid-$1/status" ] \
    || "$crun" --root="$pod/crun" --cgroup-manager=cgroupfs delete --force "$uuid-$1" > /dev/null
  if [ "$2" -ne 0 ] && [ "$result" -eq 0 ]; then
    result=$2
    # "rkt stop" decides itself how long the apps may take.
    [ -e "$pod/stopping" ] || stop_other_apps
  fi
  run_post_stop "$1"
}

# run_post_stop APP: not a hook of crun, as for a single app: the handler writes to the pod's output as the apps do.
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

# Removes everything of the pod before this shell ends: those who wait for the pod find nothing left.
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
