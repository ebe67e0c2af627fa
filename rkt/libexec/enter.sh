# rkt enter [--app=NAME] UUID [CMD [ARGS ...]]: becomes the command, in the app's root, with its user and environment.
#
# Sourced by: bin/rkt
# Needs:      libexec, command and $@ of bin/rkt; common.sh; TERM of the environment
app_wanted=
command_flag() {
  [ "$1" != app ] || kind=value
}
set_flag() {
  app_wanted=$2
}
operands_end_flags=true
. "$libexec/flags.sh"
. "$libexec/pods.sh"
. "$libexec/rooted.sh"

[ $# -ge 1 ] || {
  print_help enter
  exit 254
}
require_root
find_pod "$1" || fail "problem retrieving pod: $reason"
shift
read_state
[ "$state" = running ] || fail "pod \"$uuid\" isn't currently running"
read_apps
app=${app_wanted:-$apps}
case $app in
  *"$newline"*)
    say 'pod contains multiple apps:'
    for app in $apps; do printf '\t%s\n' "$app" >&2; done
    fail 'unable to determine app name: specify app using "rkt enter --app= ..."'
    ;;
esac
case $newline$apps$newline in
  *"$newline$app$newline"*) ;;
  *) fail "enter failed: pod \"$uuid\" has no app \"$app\"" ;;
esac
[ $# -gt 0 ] || {
  say 'no command specified, assuming "/bin/bash"'
  set -- /bin/bash
}

# Fails, as rkt does, if the command can't be executed: crun and nsenter would end with exit codes of their own.
check_command() {
  go_quote "$1"
  case $1 in
    */*)
      resolve "$1" && [ -e "$root$resolved" ] || fail "enter failed: can't execute $quoted: no such file or directory"
      [ -f "$root$resolved" ] && [ -x "$root$resolved" ] || fail "enter failed: can't execute $quoted: permission denied"
      ;;
    *)
      search_path=$(eval "set -- $app_environment" && for variable do
        case $variable in
          PATH=*) printf '%s\n' "${variable#PATH=}" ;;
        esac
      done):
      while [ -n "$search_path" ]; do
        resolve "${search_path%%:*}/$1" && [ -f "$root$resolved" ] && [ -x "$root$resolved" ] && return 0
        search_path=${search_path#*:}
      done
      fail "enter failed: can't execute $quoted: it is not in the app's PATH"
      ;;
  esac
}

read -r pid _ < "$pod/pid"
read_flavor
. "$pod/app/$app/launch"
if [ "$flavor" = crun ]; then
  container=$uuid
  case $apps in
    *"$newline"*) container=$uuid-$app ;;
  esac
  [ ! -s "$pod/app/$app/exit-code" ] || fail "enter failed: app \"$app\" has exited"
  # crun may not have started the app yet.
  attempts=0
  while [ "$attempts" -lt 100 ] && is_alive "$pod/pid" \
    && ! { [ -s "$pod/app/$app/pid" ] && [ -s "$pod/crun/$container/status" ]; }; do
    sleep 0.05
    attempts=$((attempts + 1))
  done
  # The file that crun writes has no newline, so "read" fails at its end.
  app_pid=
  { read -r app_pid < "$pod/app/$app/pid" || [ -n "$app_pid" ]; } 2> /dev/null || fail "enter failed: pod \"$uuid\" isn't currently running"
  root=/proc/$app_pid/root
  check_command "$1"
  # The file "process" has the app's process without arguments. "prepare" left its last member, the environment, open.
  json_strings() {
    LC_ALL=C awk -f "$libexec/json-strings.awk" -- "$@"
  }
  IFS= read -r process < "$pod/app/$app/process" || fail "enter failed: \"$pod/app/$app/process\" can't be read"
  process="$process,$(json_strings "TERM=${TERM:-dumb}")],\"args\":[$(json_strings "$@")]}"
  # In the mount namespace of the pod's crun, this crun finds the same control groups.
  exec nsenter --target "$pid" --mount -- crun --root="$pod/crun" --cgroup-manager=cgroupfs \
    exec --process=/proc/self/fd/9 "$container" 9<< PROCESS
$process
PROCESS
fi
# The file "pid" of an app with a post-stop handler names the app. Else the process of the pod is the app.
{ read -r pid < "$pod/app/$app/pid"; } 2> /dev/null
root=/proc/$pid/root
check_command "$1"
find_image_env
export_variables
env=$(command -v env)
setpriv=$(command -v setpriv)
nsenter=$(command -v nsenter)
eval "exec \"\$env\" $env_options -- $app_environment \"TERM=\${TERM:-dumb}\"" \
  '"$setpriv" --regid "$app_group" "$app_groups_option"' \
  '"$nsenter" --target "$pid" --mount --uts --ipc --net --root="$root" --wd="$root" --setuid="$app_user" --' \
  "$image_env $app_loader_environment" '"$@"'
