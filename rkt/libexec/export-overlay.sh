# The end of export.sh for a pod with an overlay, in a mount namespace that ends with it: lays what the app has changed over
# the image's files.
#
#   export-overlay.sh HOME APP_DIRECTORY FILE OVERWRITE
set -u
home=$1
libexec=$home/libexec
command=export
callers_path=$PATH
. "$libexec/common.sh"
. "$libexec/java.sh"
cd "$2" && mount -t overlay -o ro,lowerdir=upper:tree rkt-export rootfs || fail "can't mount the files of \"$2\""
exec_java export "$2/manifest" "$2/rootfs" "$3" "$4"
