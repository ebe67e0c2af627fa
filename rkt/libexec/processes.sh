# Finds and kills the processes of a pod: in the fly flavour by their root directory, in the crun flavour by their PID
# namespace. Processes can't leave these. Neither way reads /proc/PID/mountinfo, for which the kernel would list all
# mounts of the machine once for each process.
#
# Sourced by: pods.sh
# Needs:      common.sh; read_flavor and remove_cgroups of pods.sh; pod and uuid of find_pod or use_pod
# Defines:    read_processes (sets processes and main), signal_processes SIGNAL, kill_processes, kill_recorded FILE

# Sets processes to the pids of all processes of the pod, in whatever process group or session they are, and main to the
# process that is, or is about to become, the app. crun hands signals on to the app, so crun is one of the processes
# only when there is no other.
read_processes() {
  main=
  if is_alive "$pod/pid"; then main=${recorded%% *}; fi
  read_flavor
  case $flavor in
    crun)
      read_namespace_members
      processes=${processes:-${main:+ $main}}
      ;;
    *) read_rooted_processes ;;
  esac
}

# Finds processes by their root directory. It is in the directory of the pod, and only paths in there have the UUID.
# Paths are printed as C strings, so that each is one line.
read_rooted_processes() {
  processes=${main:+ $main}
  for process in $(QUOTING_STYLE=c stat -c %N /proc/[0-9]*/root 2> /dev/null \
    | sed -n "s|^\"/proc/\([0-9]*\)/root\" -> \".*/$uuid/.*|\1|p"); do
    [ "$process" = "$main" ] || processes="$processes $process"
  done
}

# Finds all processes in the PID namespace of the pod, except process 1 and its child: these two stay in the mount
# namespace that crun was started in.
read_namespace_members() {
  processes=
  is_alive "$pod/init" || return 0
  for process in $(stat -L -c '%i %n' /proc/[0-9]*/ns/pid /proc/[0-9]*/ns/mnt 2> /dev/null | awk -v "init=${recorded%% *}" '
    { split($2, part, "/"); namespace[part[5], part[3]] = $1 }
    part[5] == "pid" { order[++count] = part[3] }
    END {
      for (i = 1; i <= count; i++)
        if (namespace["pid", order[i]] == namespace["pid", init] && ("mnt", order[i]) in namespace \
            && namespace["mnt", order[i]] != namespace["mnt", init])
          print order[i]
    }'); do
    processes="$processes $process"
  done
}

signal_processes() {
  for process in $processes; do kill "-$1" "$process" 2> /dev/null; done
}

# Kills all processes of the pod. If some can't be killed, such as those that hang in the kernel, fails and sets
# processes to them.
kill_processes() {
  read_flavor
  case $flavor in
    crun) kill_namespace || return 1 ;;
    *) kill_rooted_processes || return 1 ;;
  esac
  remove_cgroups
}

# Stops the processes first, until no new one appears: so a process that forks can't escape.
kill_rooted_processes() {
  attempts=0
  known=
  read_processes
  while [ "$processes" != "$known" ] && [ "$attempts" -lt 100 ]; do
    signal_processes STOP
    known=$processes
    attempts=$((attempts + 1))
    read_processes
  done
  attempts=0
  while [ -n "$processes" ]; do
    [ "$attempts" -lt 200 ] || return 1
    signal_processes KILL
    sleep 0.02
    attempts=$((attempts + 1))
    read_processes
  done
}

# When process 1 ends, the kernel kills all other processes of its PID namespace; process 1 disappears after them. Then
# crun ends by itself with the app's exit code, unless it has not started the app yet or is stopped. It has a second for
# that.
kill_namespace() {
  if [ -s "$pod/init" ]; then
    ! is_alive "$pod/init" || kill -KILL "${recorded%% *}" 2> /dev/null
    attempts=0
    while is_alive "$pod/pid" && [ "$attempts" -lt 50 ]; do
      sleep 0.02
      attempts=$((attempts + 1))
    done
  fi
  # A stopped crun does not reap its app, and process 1 is there until the app is reaped.
  for file in "$pod"/app/*/crun "$pod/pid" "$pod/init"; do
    kill_recorded "$file" || return 1
  done
}

# kill_recorded FILE: kills the process whose identity is in the file, if the process is alive, and waits for its end.
kill_recorded() {
  processes=
  attempts=0
  while is_alive "$1"; do
    processes=" ${recorded%% *}"
    [ "$attempts" -lt 200 ] || return 1
    signal_processes KILL
    sleep 0.02
    attempts=$((attempts + 1))
  done
}
