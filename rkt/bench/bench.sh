#!/bin/bash
# Measures the runtime: how long its commands take, beside a bare crun, and what memory idle pods take. As root, after
# ./mvnw -pl rkt package, on a quiet machine:
#
#   rkt/bench/bench.sh [RUNS [PODS]]        medians of RUNS (20); memory of PODS idle pods (100), 0 to leave that out
#
# The data directory is on a tmpfs of its own and is gone afterwards.
set -eu
runs=${1:-20}
pods=${2:-100}
home=$(cd "${0%/*}/.." && pwd)
scratch=$(mktemp -d)
mount -t tmpfs rkt-bench "$scratch"
finish() {
  for pod in "$scratch"/data/pods/run/*; do
    [ ! -d "$pod" ] || "$home/bin/rkt" --dir="$scratch/data" stop --force "${pod##*/}" > /dev/null || true
  done
  umount -l "$scratch" && rmdir "$scratch"
}
trap finish EXIT
rkt() { "$home/bin/rkt" --dir="$scratch/data" --insecure-options=image "$@"; }

# An image of 2 MB: a few programs, and padding.
mkdir -p "$scratch/rootfs/bin" "$scratch/rootfs/tmp"
for program in true sleep; do
  cp -L "/bin/$program" "$scratch/rootfs/bin/"
  for library in $(ldd "/bin/$program" | grep -o '/[^ ]*'); do
    mkdir -p "$scratch/rootfs${library%/*}" && cp -Ln "$library" "$scratch/rootfs$library"
  done
done
size=$(du -sk "$scratch/rootfs" | cut -f1)
[ "$size" -ge 2048 ] || head -c $(((2048 - size) * 1024)) /dev/urandom > "$scratch/rootfs/padding"
echo '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/bench","labels":[{"name":"os","value":"linux"}],
  "app":{"exec":["/bin/true"],"user":"0","group":"0"}}' > "$scratch/manifest"
tar -C "$scratch" -cf "$scratch/image.aci" manifest rootfs
image=$(rkt fetch --full "$scratch/image.aci")

# median COMMAND...: milliseconds
median() {
  for ((run = 0; run < runs; run++)); do
    begin=${EPOCHREALTIME/./}
    "$@" > /dev/null
    echo $((${EPOCHREALTIME/./} - begin))
  done | sort -n | awk '{ t[NR] = $1 } END { printf "%.1f ms", (t[int((NR + 1) / 2)] + t[int(NR / 2) + 1]) / 2000 }'
}
row() { printf '| %-48s | %22s |\n' "$1" "$2"; }
prepare() { uuid=$(rkt prepare --stage1-name="stage1-$1" "$image"); }
prepare_and_run() {
  prepare "$1"
  rkt run-prepared --net=host "$uuid"
}

echo "$(uname -sm), $(nproc) CPUs, load $(cut -d' ' -f1 /proc/loadavg), medians of $runs"
row 'version' "$(median rkt version)"
flavors=fly
! command -v crun > /dev/null || flavors='fly crun'
for flavor in $flavors; do
  row "prepare, $flavor" "$(median prepare $flavor)"
  row "prepare + run-prepared of /bin/true, $flavor" "$(median prepare_and_run $flavor)"
done

if [ "$flavors" != fly ]; then
  # crun alone, with the bundle of a pod: no overlay, no PID namespace of rkt's.
  prepare crun
  bundle=$scratch/data/pods/prepared/$uuid/app/bench
  rmdir "$bundle/rootfs" && cp -a "$scratch/rootfs" "$bundle/rootfs"
  sed -i 's/,"\/proc\/1"\]/]/' "$bundle/config.json"
  bare() {
    unshare --mount sh -c 'umount -l /sys/fs/cgroup/unified 2> /dev/null; exec "$@"' sh \
      crun --root="$scratch/crun" --cgroup-manager=cgroupfs run --bundle="$bundle" "bench-$$"
  }
  row 'crun run of /bin/true, bare' "$(median bare)"
fi

# Proportional set sizes of all processes of the pods: what they share is counted once.
memory() {
  uuids=
  for ((pod = 0; pod < pods; pod++)); do
    uuid=$(rkt prepare --stage1-name="stage1-$1" "$image" --exec=/bin/sleep -- 3600)
    rkt run-prepared --net=host "$uuid" < /dev/null > /dev/null 2>&1 &
    rkt status --wait-ready=60s "$uuid" > /dev/null
    rkt enter "$uuid" /bin/true # the app is there
    uuids="$uuids${uuids:+|}$uuid"
  done
  # Each process of a pod has the mount that is named after the pod.
  { grep -lsE " rkt-($uuids) " /proc/[0-9]*/mountinfo || true; } | while read -r mounts; do
    cat "${mounts%/mountinfo}/smaps_rollup" 2> /dev/null || true
  done | awk '/^Pss:/ { n++; kb += $2 } END { printf "%.1f MB, %d processes", kb / 1024, n }'
  for uuid in ${uuids//|/ }; do rkt stop --force "$uuid" > /dev/null 2>&1 || true; done
}
[ "$pods" -eq 0 ] || for flavor in $flavors; do
  row "memory of $pods idle pods, $flavor" "$(memory $flavor)"
done
