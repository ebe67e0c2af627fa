# Starts the part that is written in Java. Java must read arguments and file names as UTF-8, whatever the user's locale
# is. So LC_ALL is changed for Java. RKT_CALLERS_LC_ALL and RKT_CALLERS_PATH pass the user's values of LC_ALL and PATH.
#
# Sourced by: bin/rkt for the commands that Java does; prepare.sh, run.sh, export.sh, export-overlay.sh;
#             run-prepared.sh, list.sh and status.sh where they need it
# Needs:      home and callers_path of bin/rkt; common.sh; JAVA_HOME, TMPDIR and RKT_ARCHIVE_CLASSES of the environment,
#             if set
# Defines:    exec_java COMMAND ARGUMENTS (becomes Java), run_java COMMAND ARGUMENTS (runs it as a child)

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

# Sets native to the option that lets zstd load its native code. Java 24 and newer warn without it; older versions start
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

run_java() {
  (exec_java "$@")
}

exec_java() {
  find_java
  export RKT_CALLERS_LC_ALL="${LC_ALL-}" RKT_CALLERS_PATH="$callers_path" LC_ALL=C.UTF-8
  class_path=$jar
  for library in "$home"/target/lib/*.jar "$home"/target/lib-docker/*.jar; do class_path=$class_path:$library; done
  # The build has made an archive of loaded classes, which shortens the start of Java. Without the archive, or with the
  # archive of another version of Java, Java starts slower and prints nothing about it.
  archive=-XX:SharedArchiveFile=$home/target/rkt.jsa
  [ -z "${RKT_ARCHIVE_CLASSES:-}" ] || archive=-XX:ArchiveClassesAtExit=$RKT_ARCHIVE_CLASSES
  set_native_option
  # Libraries unpack their native code there.
  temporary=${TMPDIR:-/tmp}
  # The quick compiler and the smallest collector start fastest.
  exec "$java" $native -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto "$archive" -Xlog:disable \
    -Djava.io.tmpdir="$temporary" -Djna.tmpdir="$temporary" -Drkt.home="$home" -cp "$class_path" dev.gantry.rkt.cli.Main "$@"
}
