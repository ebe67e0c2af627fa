# rkt run: prepares a pod in Java, then becomes the pod as run-prepared does. The user mixes the flags of both halves,
# so Java checks all of them. Java prints the UUID and the data directory, and writes the flags of the second half to
# the pod's file run-flags, quoted for the shell.
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
# Sets:       $@, for run-prepared.sh: the flags of the second half and the UUID
. "$libexec/java.sh"
prepared=$(run_java run "$@" < /dev/null) || {
  status=$?
  [ -z "$prepared" ] || printf '%s\n' "$prepared"
  exit "$status"
}
case $prepared in
  ????????-????-????-????-????????????' '/*) ;;
  *)
    # Not a UUID: the user asked for help.
    printf '%s\n' "$prepared"
    exit 0
    ;;
esac

# A run that fails leaves an exited pod, as in rkt, and not a prepared pod. exec removes this trap; then the exit code
# of the app is the result.
give_up() {
  data_dir=${prepared#* }
  use_pod "$data_dir/pods/prepared/${prepared%% *}"
  [ ! -d "$pod" ] || { read_identity $$ && printf '%s\n' "$identity" > "$pod/pid" && move_pod run; }
}

. "$libexec/pods.sh"
trap give_up EXIT
. "${prepared#* }/pods/prepared/${prepared%% *}/run-flags"
set -- "$@" "${prepared%% *}"
. "$libexec/run-prepared.sh"
