#!/bin/bash
# Checks that the limits of pods of the crun flavour hold on the control groups that this machine has, and that these are
# gone with the pods. Prints a line for each check and fails if one has failed. As root; run-in-guest.sh calls it.
set -u
home=$(cd "${0%/*}/../../.." && pwd)
scratch=$(mktemp -d)
failures=0

rkt() { "$home/bin/rkt" --dir="$scratch/data" --insecure-options=image "$@"; }

# check WHAT COMMAND...: what has to hold, and how that is told.
check() {
  if "${@:2}"; then
    echo "ok: $1"
  else
    echo "FAILED: $1"
    failures=$((failures + 1))
  fi
}

# fetch_image sets `image` to one of nothing but busybox.
fetch_image() {
  mkdir -p "$scratch/rootfs/bin"
  cp /bin/busybox "$scratch/rootfs/bin/"
  ln -s busybox "$scratch/rootfs/bin/sh"
  echo '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/busybox","labels":[{"name":"os","value":"linux"}],
    "app":{"exec":["/bin/sh"],"user":"0","group":"0"}}' > "$scratch/manifest"
  tar -C "$scratch" -cf "$scratch/image.aci" manifest rootfs
  image=$(rkt fetch --full "$scratch/image.aci")
}

# prepare FLAG SCRIPT sets `uuid` to a pod that runs the script.
prepare() { uuid=$(rkt prepare --stage1-name=stage1-crun "$image" "$1" -- -c "$2"); }

# start FLAG SCRIPT: a pod in the background, whose app runs when this returns; sets `uuid`, and `crun` to its process.
start() {
  prepare "$@"
  "$home/bin/rkt" --dir="$scratch/data" run-prepared --net=none "$uuid" < /dev/null &
  crun=$!
  rkt status --wait-ready=120s "$uuid" > /dev/null
  rkt enter "$uuid" /bin/busybox true
}

kill_crun() {
  kill -KILL "$crun"
  wait
} 2> /dev/null # the shell tells of it

groups_of() { find /sys/fs/cgroup -name "rkt-$1"; }
has_groups() { [ -n "$(groups_of "$1")" ]; }
has_no_groups() { [ -z "$(groups_of "$1")" ]; }

# used_cpu UUID: microseconds.
used_cpu() {
  if [ -e "/sys/fs/cgroup/rkt-$1/cpu.stat" ]; then
    sed -n 's/^usage_usec //p' "/sys/fs/cgroup/rkt-$1/cpu.stat"
  else
    echo $(($(cat "/sys/fs/cgroup/cpuacct/rkt-$1/cpuacct.usage") / 1000))
  fi
}

memory_is_limited() {
  prepare --memory=16M 'x=0123456789abcdef; while :; do x=$x$x; done'
  rkt run-prepared --net=none "$uuid" 2> "$scratch/errors"
  status=$?
  check "an app over its memory limit is killed: exit status $status" [ "$status" -eq 137 ]
  check 'and that is said' grep -q 'out of memory.*at the limit of 16M' "$scratch/errors"
  check 'its control groups are gone with it' has_no_groups "$uuid"

  prepare --memory=64M 'x=0123456789abcdef; while [ ${#x} -lt 4194304 ]; do x=$x$x; done'
  rkt run-prepared --net=none "$uuid"
  check 'an app below its memory limit is not' [ $? -eq 0 ]
}

entered_commands_are_limited() {
  start --memory=16M 'sleep 600'
  rkt enter "$uuid" /bin/sh -c 'x=0123456789abcdef; while :; do x=$x$x; done'
  status=$?
  check "a command that enters a pod has its memory limit: exit status $status" [ "$status" -eq 137 ]
  rkt stop "$uuid" > /dev/null
  wait
}

# On one CPU, at once, for two seconds of it.
cpu_is_shared() {
  rkt gc --grace-period=0s > /dev/null 2>&1
  start --cpu=200m 'while :; do :; done'
  less=$uuid
  start --cpu=800m 'while :; do :; done'
  more=$uuid
  for file in "$scratch/data/pods/run"/*/app/*/pid; do taskset --cpu-list --pid 0 "$(cat "$file")" > /dev/null; done
  less_before=$(used_cpu "$less")
  more_before=$(used_cpu "$more")
  until [ $(($(used_cpu "$less") - less_before)) -ge 2000000 ]; do sleep 0.2; done
  # The second first: what it uses between the two readings counts against the bound that is nearer.
  more_used=$(($(used_cpu "$more") - more_before))
  less_used=$(($(used_cpu "$less") - less_before))
  check "pods with 200m and 800m of a CPU get it 1:4 ± 20 %: $((less_used / 1000)) ms and $((more_used / 1000)) ms" \
    [ $((more_used * 10)) -ge $((less_used * 32)) -a $((more_used * 10)) -le $((less_used * 48)) ]
  rkt stop --force "$less" "$more" > /dev/null
  wait
  check 'stop --force leaves no control group' has_no_groups '*'
}

groups_end_with_the_pod() {
  start --memory=32M 'sleep 600'
  check 'a running pod has control groups' has_groups "$uuid"
  rkt stop "$uuid" > /dev/null
  check 'none after stop' has_no_groups "$uuid"

  start --memory=32M 'sleep 600'
  kill_crun
  check 'a killed crun leaves them' has_groups "$uuid"
  rkt rm "$uuid" > /dev/null
  check 'rm removes those' has_no_groups "$uuid"

  start --cpu=500m 'sleep 600'
  kill_crun
  rkt gc --grace-period=0s > /dev/null 2>&1
  check 'so does gc' has_no_groups "$uuid"
}

fetch_image || exit 1
memory_is_limited
entered_commands_are_limited
cpu_is_shared
groups_end_with_the_pod
rkt gc --grace-period=0s > /dev/null 2>&1
check 'no control group is left of any pod' has_no_groups '*'
rm -rf "$scratch"
[ "$failures" -eq 0 ]
