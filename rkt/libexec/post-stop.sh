# A hook of crun, which calls it in the bundle when an app with a post-stop handler has ended: runs the handler, in a
# container of its own on the same files, with the standard streams of the pod.
#
#   post-stop.sh UUID APP
#
# Sourced by: nobody. crun executes it; BundleConfig.java names it in the bundle.
# Needs:      its arguments; the bundle as working directory
read -r pod _ < ../../pid
command exec 2>> "/proc/$pod/fd/2" || exec 2> /dev/null
command exec >> "/proc/$pod/fd/1" || exec > /dev/null
container=$1-$2-post-stop

call_crun() {
  crun --root="$(cd ../.. && pwd)/crun" --cgroup-manager=cgroupfs "$@"
}

# This crun is in the pod's PID namespace, so it becomes the parent of processes that the handler leaves behind, and
# would wait for them. So kill them when the handler has ended. A shell starts background processes with SIGINT ignored:
# env(1) resets that.
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
