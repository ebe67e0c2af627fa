# The fly flavour: mounts the app's root file system in this mount namespace, which is the pod's own, changes to it and
# to the app's user, and becomes the app. The host needs util-linux and coreutils. The image needs no program, with
# one exception: its env(1) sets variables that the host's dynamic loader would read.
#
# Sourced by: nobody. run-prepared.sh executes it; stage1.sh lists the arguments.
# Needs:      its arguments
flavor=fly
. "$1/stage1.sh"

# make_kernel_target PATH: refuses a link of the image. Files that this script makes later through a link into /dev,
# /proc or /sys would be made on the host.
make_kernel_target() {
  make_target "$1" "$1"
  [ "$resolved" = "$1" ] || fail "can't mount on \"$1\": it is a link in the image"
}

mount_host_directory() {
  make_kernel_target "$1"
  mount_or_fail --rbind "$1" "$target"
}

# A sysfs shows the interfaces of the network namespace in which it was mounted, so a pod with a network has its own.
mount_sysfs() {
  if [ "$net_mode" = host ]; then
    mount_host_directory /sys
    return
  fi
  make_kernel_target /sys
  mount_or_fail -t sysfs sysfs "$target"
  [ ! -d /sys/fs/cgroup ] || mount_or_fail --rbind /sys/fs/cgroup "$target/fs/cgroup"
}

# Makes the user of the app the owner of its standard streams: else an app that is not root can't open them by name, as
# /dev/stdout. crun does the same. Shared devices such as /dev/null stay root's, and so does a file on standard input.
give_standard_streams() {
  [ "$app_user" != 0 ] || return 0
  set --
  for stream in 0 1 2; do
    stream=/proc/$$/fd/$stream
    if [ -p "$stream" ] || [ -t "${stream##*/}" ] || { [ "${stream##*/}" != 0 ] && [ -f "$stream" ]; }; then
      set -- "$@" "$stream"
    fi
  done
  [ $# -gt 0 ] || return 0
  # If that fails, as on a read-only file system, the app still has the streams open.
  fault=$(chown -- "$app_user:$app_group" "$@" 2>&1) || debug "can't give the standard streams to $app_user: $fault"
}

use_app "$apps"
tell_ignored
mount_root
for directory in /dev /proc; do mount_host_directory "$directory"; done
mount_sysfs
host_directories='/dev /proc /sys'
mount_tmp
mount_name_resolution
mount_volumes
if $app_read_only; then mount_or_fail -o remount,bind,ro "$root"; fi

check_app
set_hostname
[ -z "$app_oom_score_adj" ] || printf '%s' "$app_oom_score_adj" > /proc/self/oom_score_adj \
  || fail "can't set the OOM score adjustment to $app_oom_score_adj"
find_image_env
export_variables
give_standard_streams

env=$(command -v env)
setpriv=$(command -v setpriv)
unshare=$(command -v unshare)

# run_as_app EXEC WORDS: runs a program as the app, with its environment, root, user and working directory. WORDS is the
# command line, quoted for eval; EXEC is "exec" to become the program. setpriv sets the groups, for unshare would drop
# the supplementary ones. unshare sets the user, for only root may change the root directory.
run_as_app() {
  eval "$1 \"\$env\" $default_signals $env_options -- $app_environment" \
    '"$setpriv" --regid "$app_group" "$app_groups_option"' \
    '"$unshare" --root="$root" --wd="$app_work" --setuid="$app_user" --' \
    "$image_env $app_loader_environment $2"
}
default_signals=

if [ -n "${app_pre_start-}" ]; then
  debug "running the pre-start handler $app_pre_start"
  run_as_app '' "$app_pre_start" < /dev/null || fail "the pre-start handler of app \"$app\" failed"
fi
debug "becoming $app_program as $app_user:$app_group"
if [ -z "${app_post_stop-}" ]; then
  run_as_app exec "$app_arguments"
  fail "can't execute: no $env"
fi

# The post-stop handler needs a process that outlives the app. This shell stays, and passes its signals on to the app. A
# shell starts background processes with SIGINT and SIGQUIT ignored, so reset them.
default_signals=--default-signal=INT,QUIT
run_as_app exec "$app_arguments" <&0 &
app_process=$!
printf '%s\n' "$app_process" > "$app_directory/pid"
for signal in HUP INT QUIT USR1 USR2 TERM CONT; do
  trap "kill -$signal $app_process 2> /dev/null" "$signal"
done
while
  wait "$app_process"
  exit_code=$?
  # If the app is alive, a signal has interrupted the wait.
  kill -0 "$app_process" 2> /dev/null
do :; done
default_signals=
run_as_app '' "$app_post_stop" < /dev/null || say "the post-stop handler of app \"$app\" failed"
exit "$exit_code"
