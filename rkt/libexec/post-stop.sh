# A hook of crun, which calls it in the bundle when an app with a post-stop handler has ended: runs the handler, in a container
# of its own on the same files, with the standard streams of the pod.
#
#   post-stop.sh UUID APP
read -r pod _ < ../../pid
command exec 2>> "/proc/$pod/fd/2" || exec 2> /dev/null
command exec >> "/proc/$pod/fd/1" || exec > /dev/null
container=$1-$2-post-stop

call_crun() {
  crun --root="$(cd ../.. && pwd)/crun" --cgroup-manager=cgroupfs "$@"
}

# This crun is in the pod's PID namespace, so that it is the new parent of what the handler leaves behind, and would wait for
# that. Whatever lives when the handler has ended is killed. A shell lets what it starts in the background ignore SIGINT.
(exec env --default-signal=INT,QUIT crun --root="$(cd ../.. && pwd)/crun" --cgroup-manager=cgroupfs run --bundle=. \
  --config=post-stop.json --pid-file=post-stop-pid "$container" < /dev/null) &
runner=$!
while kill -0 "$runner"; do
  handler=
  read -r handler < post-stop-pid
  [ -z "$handler" ] || kill -0 "$handler" || { call_crun kill --all "$container" KILL && break; }
  sleep 0.02
done 2> /dev/null
wait "$runner" || printf 'run: the post-stop handler of app "%s" failed\n' "$2" >&2
