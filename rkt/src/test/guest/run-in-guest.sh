#!/bin/bash
# Checks the limits of pods (limits.sh) under a kernel of its own, User Mode Linux, which has the version of control
# groups that is wanted and not that of the machine at hand. As root, after ./mvnw -pl rkt package:
#
#   rkt/src/test/guest/run-in-guest.sh v1|v2|hybrid
#
# v1, v2: this version of control groups alone; hybrid: the first with all controllers, and the second without any.
#
# Needed are the packages crun, busybox-static and user-mode-linux; UML is the directory that the last one is unpacked
# in if it is not installed. The guest has this machine's files and can't change them.
set -eu
here=$(cd "${0%/*}" && pwd)
uml=${UML:-}/usr
cgroups=${1:-}
case $cgroups in
  v1 | hybrid) parameters= ;;
  v2) parameters=cgroup_no_v1=all ;;
  *) echo "usage: $0 v1|v2|hybrid" >&2 && exit 2 ;;
esac
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What the kernel does not know it hands to process 1: the words as arguments, the settings as environment. What that
# reports comes by a file; the kernel's messages go to another, to be shown if there is no report.
timeout --foreground 600 "$uml/bin/linux.uml" mem=2G rootfstype=hostfs rootflags=/ ro $parameters \
  init="$here/guest.sh" con=null con0=null,fd:1 GUEST_CGROUPS="$cgroups" GUEST_OUT="$scratch" \
  GUEST_MODULES="$(echo "$uml"/lib/uml/modules/*)" JAVA_HOME="${JAVA_HOME:-}" < /dev/null > "$scratch/console" 2>&1 || true
[ -s "$scratch/status" ] || {
  cat "$scratch/console" >&2
  echo "$0: the guest did not finish" >&2
  exit 1
}
cat "$scratch/report"
read -r status < "$scratch/status"
exit "$status"
