# The crun flavour for a pod of one app: makes the app's root file system, in mount and UTS namespaces of the pod's own,
# and becomes crun. crun runs the app by the bundle that "prepare" has written, and ends with the app's exit code.
# stage1-crun-apps.sh does this for a pod of several apps.
#
# Sourced by: nobody. run-prepared.sh executes it; stage1.sh lists the arguments.
# Needs:      its arguments
. "$1/stage1.sh"
. "$libexec/crun-sandbox.sh"

use_app "$apps"
mount_app_root
set_hostname
hide_second_cgroup_hierarchy
find_crun
cd "$app_directory" || fail "can't change to \"$app_directory\""
start_init
run_pre_start
debug "becoming crun for $app_program as $app_user:$app_group"
run_crun exec run --bundle=. --pid-file=pid "$uuid"
fail "can't execute: no $env"
