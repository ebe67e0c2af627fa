# rkt run: prepares a pod in Java, then becomes it as run-prepared does. Java checks the flags of both halves, for they
# come mixed, and prints the UUID; those for the second half it leaves in the pod, quoted for the shell.
. "$libexec/java.sh"
prepared=$(run_java run "$@" < /dev/null) || {
  status=$?
  [ -z "$prepared" ] || printf '%s\n' "$prepared"
  exit "$status"
}
case $prepared in
  ????????-????-????-????-????????????' '/*) ;;
  *)
    # Help was asked for.
    printf '%s\n' "$prepared"
    exit 0
    ;;
esac

# A run that fails leaves a pod that has exited, as in rkt, not one that waits to be run. What becomes of a pod after exec,
# its app's exit code tells.
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
