# rkt export [--overwrite] UUID FILE.aci: writes an image of the files that an app has left, with the manifest of its
# image.
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
overwrite=false
command_flag() {
  [ "$1" != overwrite ] || kind=bool
}
set_flag() {
  overwrite=$2
}
. "$libexec/flags.sh"
. "$libexec/pods.sh"
. "$libexec/java.sh"
require_root

[ $# -eq 2 ] || {
  print_help export
  exit 254
}
case $2 in
  *.aci) ;;
  *) fail "extension must be .aci (given $2)" ;;
esac
make_absolute "$2"
find_pod "$1" || fail "problem retrieving pod: $reason"
read_state
case $state in
  exited | 'exited garbage') ;;
  *) fail 'pod is not exited. Only exited pods are supported.' ;;
esac
read_apps
case $apps in
  *"$newline"*) fail 'pod has more than one app. Only pods with one app are supported.' ;;
esac
app_directory=$pod/app/$apps

# Hold the lock of the pod, so that gc does not remove the pod during the export.
command exec 9< "$pod" || fail "pod \"$uuid\" is gone"
flock -n 9 || fail "pod \"$uuid\" is being deleted"
if [ -L "$app_directory/tree" ]; then
  exec unshare --mount --propagation private -- \
    /bin/sh "$libexec/export-overlay.sh" "$home" "$app_directory" "$absolute" "$overwrite"
fi
exec_java export "$app_directory/manifest" "$app_directory/rootfs" "$absolute" "$overwrite"
