# A hook of crun, which calls it in the bundle when an app with a post-stop handler has ended: runs the handler, in a container
# of its own on the same files, with the standard streams of the pod.
#
#   post-stop.sh UUID APP
read -r pod _ < ../../pid
command exec 2>> "/proc/$pod/fd/2" || exec 2> /dev/null
command exec >> "/proc/$pod/fd/1" || exec > /dev/null
crun --root="$(cd ../.. && pwd)/crun" --cgroup-manager=cgroupfs run --bundle=. --config=post-stop.json "$1-$2-post-stop" < /dev/null \
  || printf 'run: the post-stop handler of app "%s" failed\n' "$2" >&2
