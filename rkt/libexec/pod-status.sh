# Prints the status of a pod as rkt does. "prepare" has written the parts that never change into the pod's
# app/NAME/status, as JSON: the name of the app; the members of its object after the times; the name and the id of its
# image, for people.
#
# Sourced by: status.sh and list.sh
# Needs:      common.sh and pods.sh; pod, uuid and place of find_pod or use_pod
# Defines:    print_status_text, print_status_json, format_time (sets time), read_networks KIND (sets networks)

# format_time NANOSECONDS: sets time to a time since 1970 in rkt's form for people: milliseconds without trailing zeros.
format_time() {
  milliseconds=${1%??????}
  fraction=${milliseconds#"${milliseconds%???}"}
  while [ "${fraction%0}" != "$fraction" ]; do fraction=${fraction%0}; done
  time=$(date -d "@${1%?????????}" "+%Y-%m-%d %H:%M:%S${fraction:+.$fraction} %z %Z")
}

# read_exit_code APP: sets exit_code to the exit code of an app. Only pods of several apps record it; else it is empty.
read_exit_code() {
  exit_code=
  { read -r exit_code < "$pod/app/$1/exit-code"; } 2> /dev/null
}

# read_networks json|text: sets networks to the records of network-up.sh of the pod's networks, with commas between.
read_networks() {
  networks=
  index=0
  while { IFS= read -r record < "$pod/net/eth$index/$1"; } 2> /dev/null; do
    networks="$networks${networks:+,}$record"
    index=$((index + 1))
  done
}

print_status_text() {
  read_state
  read_times
  format_time "$created"
  printf 'state=%s\ncreated=%s\n' "$state" "$time"
  if [ -n "$started" ]; then
    format_time "$started"
    printf 'started=%s\n' "$time"
  fi
  case $place in
    run | exited-garbage)
      # Also after the pod has exited, as in rkt.
      read_networks text
      printf 'networks=%s\n' "$networks"
      ;;
  esac
  case $place in
    run | exited-garbage)
      pid=-1
      { read -r pid _ < "$pod/pid"; } 2> /dev/null
      case $state in
        exited*) exited=true ;;
        *) exited=false ;;
      esac
      printf 'pid=%s\nexited=%s\n' "$pid" "$exited"
      ! $exited || print_exit_codes
      ;;
  esac
}

print_exit_codes() {
  read_apps
  for app in $apps; do
    read_exit_code "$app"
    [ -z "$exit_code" ] || printf 'app-%s=%s\n' "$app" "$exit_code"
  done
}

# read_app_fields APP: sets app_fields to JSON members with the state, times and exit code of an app.
read_app_fields() {
  read_exit_code "$1"
  app_fields="\"state\":\"$apps_state\",$apps_times"
  [ -z "$exit_code" ] || {
    ended=$(stat -c %.9Y "$pod/app/$1/exit-code")
    app_fields="\"state\":\"exited\",$apps_started,\"finished_at\":${ended%.*}${ended#*.},\"exit_code\":$exit_code"
  }
  [ ! -e "$pod/app/$1/out-of-memory" ] || app_fields="$app_fields,\"oom_killed\":true"
}

# Prints the status as one JSON object in one line.
print_status_json() {
  read_state
  read_times
  read_apps
  case $state in
    prepared) apps_state=created ;;
    running) apps_state=running ;;
    embryo | preparing | 'aborted prepare') apps_state=unknown ;;
    *) apps_state=exited ;;
  esac
  apps_started="\"created_at\":$created"
  [ -z "$started" ] || apps_started="$apps_started,\"started_at\":$started"
  apps_times=$apps_started
  case $place in
    exited-garbage | garbage)
      # As in rkt, the time at which the pod was found to have exited is the best that is known.
      finished=$(stat -c %.9Z "$pod")
      apps_times="$apps_times,\"finished_at\":${finished%.*}${finished#*.}"
      ;;
  esac
  app_names=
  app_objects=
  while IFS= read -r app; do
    [ -n "$app" ] || continue
    { IFS= read -r app_name && IFS= read -r app_rest; } < "$pod/app/$app/status"
    app_names="$app_names${app_names:+,}$app_name"
    read_app_fields "$app"
    app_objects="$app_objects${app_objects:+,}{\"name\":$app_name,$app_fields,$app_rest}"
  done << APPS
$apps
APPS
  printf '{"name":"%s","state":"%s",' "$uuid" "$state"
  [ -z "$app_names" ] || printf '"app_names":[%s],"apps":[%s],' "$app_names" "$app_objects"
  read_networks json
  [ -z "$networks" ] || printf '"networks":[%s],' "$networks"
  printf '"created_at":%s' "${created%?????????}"
  [ -z "$started" ] || printf ',"started_at":%s' "${started%?????????}"
  printf '}\n'
}
