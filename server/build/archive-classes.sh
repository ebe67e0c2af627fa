#!/bin/sh
# Archives the classes that commands load, and those that a server loads (class-data sharing): runs a server in a scratch
# directory, calls it with each usual command, and lets Java write down what both have loaded. Without an archive, or with
# one of another Java, a program starts slower, and that is all.
#
#   archive-classes.sh JAVA_HOME
set -u
java=$1/bin/java
home=$(cd "${0%/*}/.." && pwd)
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# The server leaves its tokens there for the commands.
export XDG_CONFIG_HOME=$scratch/config
: > "$scratch/log"
"$java" -XX:ArchiveClassesAtExit="$home/server.jsa" -XX:+UseParallelGC -Xlog:disable \
  -jar "$home/gantry-server.jar" server --data-dir "$scratch/data" --listen 127.0.0.1:0 > "$scratch/log" 2>&1 &
server=$!
address=
tries=0
while [ -z "$address" ] && [ "$tries" -lt 600 ] && kill -0 "$server" 2> /dev/null; do
  tries=$((tries + 1))
  sleep 0.1
  address=$(sed -n 's/.* is ready at //p' "$scratch/log")
done
# The options that the launcher gives to commands.
[ -z "$address" ] || "$java" -XX:ArchiveClassesAtExit="$home/commands.jsa" \
  -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+UseSerialGC -Xlog:disable \
  -cp "$home/gantry-server.jar" dev.gantry.app.ClassArchiveTraining "$address" > /dev/null 2>&1 < /dev/null
# It writes its archive when it ends.
kill "$server" 2> /dev/null
wait "$server"
server=
[ -s "$home/commands.jsa" ] || echo "gantry: no archive of classes was made: commands start slower"
