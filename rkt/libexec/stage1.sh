# The beginning of the scripts of the flavours, which source it with their own arguments:
#
#   stage1-FLAVOR.sh LIBEXEC POD APPS RESOLV_MODE HOSTS_MODE NET_MODE HOSTNAME DEBUG
#
# Sourced by: stage1-fly.sh, stage1-crun.sh and stage1-crun-apps.sh
# Needs:      the arguments; flavor for tell_ignored
# Sets:       libexec, pod, apps, resolv_mode, hosts_mode, net_mode, hostname and debug, from the arguments; command,
#             uuid
# Defines:    use_app NAME (sets app, app_directory, root and all app_… of the app's file "launch"), tell_ignored; and
#             what common.sh, rooted.sh and rootfs.sh define
set -u
umask 022

libexec=$1
pod=$2
apps=$3
resolv_mode=$4
hosts_mode=$5
net_mode=$6
hostname=$7
debug=$8
command=run
uuid=${pod##*/}

. "$libexec/common.sh"
. "$libexec/rooted.sh"
. "$libexec/rootfs.sh"

# use_app NAME: reads what "prepare" has decided for an app. Names of apps have no spaces.
use_app() {
  app=$1
  app_directory=$pod/app/$1
  root=$app_directory/rootfs
  . "$app_directory/launch"
}

# Warns of settings of the image that this flavour ignores, as the specification demands.
tell_ignored() {
  [ -z "${app_ignored-}" ] || say "warning: app \"$app\": ignored by the $flavor flavor: $app_ignored"
}
