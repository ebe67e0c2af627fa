#!/bin/sh
# Archives the classes that rkt's commands load (class-data sharing), for the launcher to start Java with: prepares a pod
# of a small image in a scratch directory and lets Java write down what it loaded. Without root that ends early, and the
# archive has less in it; without an archive Java starts slower, and that is all.
#
#   archive-classes.sh JAVA_HOME
set -u
JAVA_HOME=$1
export JAVA_HOME
home=$(cd "${0%/*}/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir -p "$scratch/rootfs/bin"
: > "$scratch/rootfs/bin/true"
echo '{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/class-data",
  "labels":[{"name":"version","value":"1.0.0"}],
  "app":{"exec":["/bin/true"],"user":"0","group":"0","environment":[{"name":"A","value":"1"}],
  "isolators":[{"name":"resource/memory","value":{"limit":"64M"}}]}}' > "$scratch/manifest"
tar -C "$scratch" -cf "$scratch/image.aci" manifest rootfs
rm -f "$home/target/rkt.jsa"
train() {
  "$home/bin/rkt" --dir="$scratch/data" --insecure-options=image prepare --set-env=B=2 "$@" > "$scratch/log" 2>&1
}
train "$scratch/image.aci"
image=$(ls "$scratch/data/cas/images" 2> /dev/null)
RKT_ARCHIVE_CLASSES=$home/target/rkt.jsa
export RKT_ARCHIVE_CLASSES
train "${image:-$scratch/image.aci}" --memory=64M --cpu=500m
[ -s "$home/target/rkt.jsa" ] || echo "no archive of classes was made: rkt starts slower"
