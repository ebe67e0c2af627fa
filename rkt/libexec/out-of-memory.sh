# A hook of crun, which calls it in the bundle when an app with a memory limit has ended: says on the pod's standard error
# if processes of the app were killed for want of memory, and makes the file out-of-memory beside the bundle, of which
# "status" tells. The control group and its counters are gone by then; the kernel's log still knows, unless it has been
# overwritten or must not be read.
#
#   out-of-memory.sh CGROUP APP LIMIT
dmesg 2> /dev/null | grep -q -F "oom_memcg=$1," || exit 0
: > out-of-memory
read -r pod _ < ../../pid
printf 'run: app "%s" is out of memory: the kernel killed processes of it at the limit of %s\n' "$2" "$3" >> "/proc/$pod/fd/2"
