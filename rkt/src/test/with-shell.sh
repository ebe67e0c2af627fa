#!/bin/sh
# Runs a command, say the tests, on a machine whose /bin/sh is another shell: in a mount namespace of its own, as root.
#
#   rkt/src/test/with-shell.sh /bin/busybox ./mvnw -pl rkt test
set -eu
shell=$(readlink -f -- "$1")
shift
exec unshare --mount --propagation slave -- /bin/sh -c '
  mount --bind "$1" "$(readlink -f /bin/sh)"
  shift
  exec "$@"' sh "$shell" "$@"
