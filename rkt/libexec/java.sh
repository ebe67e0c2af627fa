# Starts the part that is written in Java. Needs common.sh. Java is told to read arguments and names of files as UTF-8,
# whatever the locale; what the caller had of the variables that this and bin/rkt change is handed on beside.

find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=$(command -v java); fi
  [ -x "$java" ] || {
    say 'this needs Java 17 or later: set JAVA_HOME or put java on PATH'
    exit 254
  }
  jar=$home/target/rkt.jar
  [ -e "$jar" ] || {
    say "$jar is missing: build it with ./mvnw -pl rkt package"
    exit 254
  }
}

# Sets `native` to the option that lets zstd load its native code: Java 24 and newer warn without it. Older ones start
# slower with it.
set_native_option() {
  native=
  release=$(readlink -f -- "$java")
  release=${release%/bin/java}/release
  [ -r "$release" ] || return 0
  while IFS='="' read -r key _ version _; do
    [ "$key" != JAVA_VERSION ] || major=${version%%[!0-9]*}
  done < "$release"
  [ "${major:-0}" -lt 24 ] || native=--enable-native-access=ALL-UNNAMED
}

# Short-lived: the quick compiler and the smallest collector start fastest.
run_java() {
  (exec_java "$@")
}

exec_java() {
  find_java
  export RKT_CALLERS_LC_ALL="${LC_ALL-}" RKT_CALLERS_PATH="$callers_path" LC_ALL=C.UTF-8
  class_path=$jar
  for library in "$home"/target/lib/*.jar "$home"/target/lib-docker/*.jar; do class_path=$class_path:$library; done
  # The archive of loaded classes that the build has made spares Java most of its start. It says nothing and does without
  # if that is missing, or made by another version of Java.
  archive=-XX:SharedArchiveFile=$home/target/rkt.jsa
  [ -z "${RKT_ARCHIVE_CLASSES:-}" ] || archive=-XX:ArchiveClassesAtExit=$RKT_ARCHIVE_CLASSES
  set_native_option
  # Libraries with native code unpack it there.
  temporary=${TMPDIR:-/tmp}
  exec "$java" $native -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto "$archive" -Xlog:disable \
    -Djava.io.tmpdir="$temporary" -Djna.tmpdir="$temporary" -Drkt.home="$home" -cp "$class_path" dev.gantry.rkt.cli.Main "$@"
}
