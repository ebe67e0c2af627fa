#!/bin/sh
# Archives the classes that commands, a server and a node load (class-data sharing): runs a server and a node in a scratch
# directory, calls the server with each usual command, and lets Java write down what each has loaded. The node has an rkt
# that only tells its version; it gets tasks, whose pods it can't prepare. Without an archive, or with one of another Java,
# a program starts slower, and that is all.
#
#   archive-classes.sh JAVA_HOME
set -u
java=$1/bin/java
home=$(cd "${0%/*}/.." && pwd)
scratch=$(mktemp -d)
server=
node=
trap 'kill $node $server 2> /dev/null; rm -rf "$scratch"' EXIT
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
if [ -n "$address" ]; then
  printf '#!/bin/sh\n[ "$1" = version ] && printf "rkt Version: 1.30.0\\nappC Version: 0.8.11\\n"\n' > "$scratch/rkt"
  chmod +x "$scratch/rkt"
  # The options that the launcher gives to a node.
  "$java" -XX:ArchiveClassesAtExit="$home/node.jsa" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xlog:disable \
    -jar "$home/gantry-server.jar" node --servers "$address" --data-dir "$scratch/node" --ip 127.0.0.1 \
    --rkt "$scratch/rkt" > "$scratch/node.log" 2>&1 &
  node=$!
fi
# The options that the launcher gives to commands.
[ -z "$address" ] || "$java" -XX:ArchiveClassesAtExit="$home/commands.jsa" \
  -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+UseSerialGC -Xlog:disable \
  -cp "$home/gantry-server.jar" dev.gantry.app.ClassArchiveTraining "$address" > /dev/null 2>&1 < /dev/null
# Each writes its archive when it ends.
[ -z "$node" ] || { kill "$node" 2> /dev/null; wait "$node"; }
kill "$server" 2> /dev/null
wait "$server"
node=
server=
[ -s "$home/commands.jsa" ] || echo "gantry: no archive of classes was made: commands start slower"
