# A hook of crun, which calls it in the bundle when an app with a memory limit has ended. If the kernel has killed
# processes of the app because of the memory limit, the hook prints this on the pod's standard error and makes the file
# out-of-memory in the bundle, which "status" reads. At this time the control group and its counters no longer exist.
# The kernel's log has the event, unless the log was overwritten or must not be read.
#
#   out-of-memory.sh CGROUP APP LIMIT
#
# Sourced by: nobody. crun executes it; BundleConfig.java names it in the bundle.
# Needs:      its arguments; the bundle as working directory
dmesg 2> /dev/null | grep -q -F "oom_memcg=$1," || exit 0
: > out-of-memory
read -r pod _ < ../../pid
printf 'run: app "%s" is out of memory: the kernel killed processes of it at the limit of %s\n' "$2" "$3" >> "/proc/$pod/fd/2"
