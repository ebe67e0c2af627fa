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
. "${prepared#* }/pods/prepared/${prepared%% *}/run-flags"
set -- "$@" "${prepared%% *}"
. "$libexec/run-prepared.sh"
