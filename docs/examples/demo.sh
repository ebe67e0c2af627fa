#!/usr/bin/env bash
# What `./gantry demo` runs: a server and two nodes on loopback, one job through its whole life. Everything it makes is
# in one temporary directory, and gone at the end.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
gantry=${GANTRY:-$here/../../gantry}
bundled=${GANTRY_BUNDLED_RKT:-$here/../../rkt/bin/rkt}

# Bold on a terminal only.
step() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n%s\n' "$*"; fi; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }
# Shows a command as a person would type it, then runs it.
show() { printf '$ %s\n' "gantry ${*//$here\//docs/examples/}"; "$gantry" "$@"; }

case ${1:-} in
  '') ;;
  --help | -h)
    echo 'Usage: gantry demo'
    echo 'Starts a server and two nodes on loopback, runs a job through its whole life, and removes all it has made.'
    exit 0
    ;;
  *) fail "unknown argument \"$1\": demo takes none" ;;
esac

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "pods need Linux; this is $(uname -s)."
  [ "$(id -u)" = 0 ] || fail "rkt starts pods as root: run it with sudo, or as root in a container or virtual machine."
  local tool
  for tool in unshare mount chroot perl ldd; do
    command -v "$tool" >/dev/null ||
      fail "$tool is missing. Install it (Debian: apt-get install util-linux coreutils perl-base libc-bin)."
  done
  unshare --mount true 2>/dev/null ||
    fail "this machine lets root make no mount namespace (a container without CAP_SYS_ADMIN?): run it elsewhere."
}

# The node's rkt keeps its pods in the demo's directory; whichever rkt a node would use, so does this one.
write_rkts() {
  local rkt
  rkt=$(command -v rkt || printf '%s' "$bundled")
  printf '#!/bin/sh\nexec %q --dir=%q "$@"\n' "$rkt" "$work/rkt" >"$work/rkt-current"
  cat >"$work/rkt-old" <<'OLD'
#!/bin/sh
[ "$1" = version ] || { echo "this stands for an rkt of 2016, which the demo never runs a pod with" >&2; exit 254; }
printf 'rkt Version: 1.1.0\nappc Version: 0.7.4\nGo Version: go1.5.3\nGo OS/Arch: linux/amd64\n'
OLD
  chmod +x "$work/rkt-current" "$work/rkt-old"
}

start() { # LOG ARGUMENTS...
  local log=$work/$1.log
  shift
  "$gantry" "$@" >"$log" 2>&1 &
  processes+=($!)
}

# Waits until a line of a log matches; says the log if it does not within 60 s.
await() { # LOG PATTERN
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    grep -q -- "$2" "$work/$1.log" 2>/dev/null && return
    sleep 0.1
  done
  cat "$work/$1.log" >&2
  fail "$1 did not get ready in a minute; its log is above."
}

get() { # HOST PORT: the body of an HTTP answer, on machines without curl too
  exec 3<>"/dev/tcp/$1/$2"
  printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" >&3
  sed '1,/^\r*$/d' <&3
  exec 3<&-
}

field() { # NAME JSON: the first value of that name, on machines without jq too
  grep -m 1 -o "\"$1\": *\"\?[^\",]*" <<<"$2" | sed 's/.*[ "]//'
}

clean_up() {
  local status=$?
  trap - EXIT
  if ((${#processes[@]})); then
    kill "${processes[@]}" 2>/dev/null || true
    wait "${processes[@]}" 2>/dev/null || true
  fi
  if [ -d "$work/rkt" ]; then
    "$work/rkt-current" list --full --no-legend 2>/dev/null |
      while read -r pod _; do "$work/rkt-current" stop --force "$pod" >/dev/null 2>&1 || true; done
    "$work/rkt-current" gc --grace-period=0s >/dev/null 2>&1 || true
  fi
  rm -rf "$work"
  exit "$status"
}

check_machine
work=$(mktemp -d "${TMPDIR:-/tmp}/gantry-demo.XXXXXX")
# The server leaves its tokens there for the commands and the nodes.
export XDG_CONFIG_HOME=$work/config
processes=()
trap clean_up EXIT
trap 'exit 130' INT TERM

step "An image: a small web server, packed as an ACI from what this machine has"
mkdir "$work/images"
"$here/make-aci.sh" "$work/images/hello.aci"
write_rkts

step "A server, and two nodes: \"one\" has a current rkt, \"two\" one from 2016"
start server server --data-dir "$work/server" --listen 127.0.0.1:0
await server 'is ready at'
GANTRY_ADDR=$(sed -n 's/.*is ready at \([0-9.]*:[0-9]*\).*/\1/p' "$work/server.log")
export GANTRY_ADDR
for node in one:current two:old; do
  start "${node%:*}" node --servers "$GANTRY_ADDR" --data-dir "$work/${node%:*}" --name "${node%:*}" --ip 127.0.0.1 \
    --rkt "$work/rkt-${node#*:}" --meta images="$work/images"
done
await one 'is ready'
await two 'is ready'
show node status

step "Where would the job go, and why not elsewhere?"
show job plan "$here/demo.hcl"

step "Run it"
show job run "$here/demo.hcl"
show job status hello

step "Its port, and what answers there from inside the pod"
state=$("$gantry" alloc status --job hello --json)
allocation=$(field id "$state")
port=$(field port "$state")
show alloc status "${allocation%%-*}"
printf '\n$ curl http://127.0.0.1:%s/\n' "$port"
answer=$(get 127.0.0.1 "$port")
printf '%s\n' "$answer"
[[ $answer == *"$allocation"* ]] || fail "that was not the answer of allocation $allocation."

step "Its log"
show alloc logs "${allocation%%-*}"

step "Stop it"
show job stop hello
show job status hello

step "That was Gantry; nothing of it is left running."
