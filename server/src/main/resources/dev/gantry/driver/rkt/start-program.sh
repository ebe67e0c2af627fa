# Becomes a program whose world does not depend on how the node was started. Signals, the session and the environment are
# seen to before, limits after.
#
#   sh -c THIS sh GROUP PROGRAM ARGUMENT...
#
# GROUP   the control group to run in; empty for the node's own
group=$1
shift
umask 022
{ echo 0 >/proc/self/oom_score_adj; } 2>/dev/null
[ -z "$group" ] || { echo 0 >"$group/cgroup.procs"; } 2>/dev/null

# The nice value is the 19th field, the 17th after the name in parentheses.
nice_of() {
    shift 16
    nice=$1
}
read -r stat </proc/$$/stat
# shellcheck disable=SC2086
nice_of ${stat##*) }
[ "$nice" -eq 0 ] || exec nice -n "$((-nice))" "$@"
exec "$@"
