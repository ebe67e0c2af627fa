# How the scripts of the flavours begin: sourced by them with their own arguments, which are
#
#   stage1-FLAVOR.sh LIBEXEC POD APPS RESOLV_MODE HOSTS_MODE NET_MODE HOSTNAME DEBUG
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

# Reads what "prepare" has decided for an app. Names of apps have no spaces.
use_app() {
  app=$1
  app_directory=$pod/app/$1
  root=$app_directory/rootfs
  . "$app_directory/launch"
}

# Tells what the image asks for and this flavour does not do, as the specification wants it.
tell_ignored() {
  [ -z "${app_ignored-}" ] || say "warning: app \"$app\": ignored by the $flavor flavor: $app_ignored"
}
