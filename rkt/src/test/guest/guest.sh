#!/bin/bash
# Process 1 of the guest of run-in-guest.sh, on the host's files: mounts control groups as was asked for, runs limits.sh,
# and leaves to the host what that says and how it ends.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
[ -n "${JAVA_HOME:-}" ] || unset JAVA_HOME
home=${0%/src/test/guest/*}

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs run /run
mount -t tmpfs -o mode=1777 tmp /var/tmp
export TMPDIR=/var/tmp
mkdir /run/out && mount -t hostfs -o "$GUEST_OUT" out /run/out
exec > /run/out/report 2>&1
busybox insmod "$GUEST_MODULES/kernel/fs/overlayfs/overlay.ko"

# As systemd lays them out; this kernel, which knows one CPU, has no cpuset.
mount_first_version() {
  mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
  for controllers in cpu,cpuacct memory devices freezer blkio pids; do
    mkdir "/sys/fs/cgroup/$controllers"
    mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/$controllers"
  done
  ln -s cpu,cpuacct /sys/fs/cgroup/cpu
  ln -s cpu,cpuacct /sys/fs/cgroup/cpuacct
  mkdir /sys/fs/cgroup/systemd
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
}
case $GUEST_CGROUPS in
  v1) mount_first_version ;;
  v2) mount -t cgroup2 cgroup /sys/fs/cgroup ;;
  hybrid)
    mount_first_version
    mkdir /sys/fs/cgroup/unified
    mount -t cgroup2 cgroup /sys/fs/cgroup/unified
    ;;
esac

echo "Linux $(uname -r), $(crun --version | head -n 1), control groups:"
sed -n 's|^.* \(/sys/fs/cgroup[^ ]*\) .* - \(cgroup2\?\) [^ ]* \(.*\)|  \2 \1 \3|p' /proc/self/mountinfo
"$home/src/test/guest/limits.sh"
echo "$?" > /run/out/status
sync
# The kernel turns the machine off in its own time.
echo o > /proc/sysrq-trigger
while :; do sleep 1; done
