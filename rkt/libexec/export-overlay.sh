# The end of export.sh for a pod with an overlay, in a mount namespace that ends with it: mounts the app's changes over
# the files of the image, and becomes the JVM that writes the image.
#
#   export-overlay.sh HOME APP_DIRECTORY FILE OVERWRITE
#
# Sourced by: nobody. export.sh executes it.
# Needs:      its arguments; PATH
# Sets:       home, libexec, command and callers_path, for common.sh and java.sh
set -u
home=$1
libexec=$home/libexec
command=export
callers_path=$PATH
. "$libexec/common.sh"
. "$libexec/java.sh"
cd "$2" && mount -t overlay -o ro,lowerdir=upper:tree rkt-export rootfs || fail "can't mount the files of \"$2\""
exec_java export "$2/manifest" "$2/rootfs" "$3" "$4"
