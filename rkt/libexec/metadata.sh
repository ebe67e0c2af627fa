# Registers pods with the metadata service (rkt metadata-service): a secret token, in the pod's file metadata-token, is
# what the service knows the pod by as long as the pod runs, and the beginning of the URL that the apps are given. Needs
# common.sh and pods.sh.

# Fails if the apps could not reach a service.
check_metadata_service() {
  [ "$net_mode" != none ] || fail "--mds-register flag does not work with --net=none." \
    "Please use 'host', 'default' or an equivalent network"
  is_alive "$data_dir/metadata-service" || fail 'failed to register pod: no metadata service runs for this data' \
    'directory: start "rkt metadata-service"'
}

# register_metadata POD NETNS: the apps of the pod, whose networks are up, learn of the service.
register_metadata() {
  { read -r _ && read -r metadata_port; } < "$data_dir/metadata-service" || fail 'failed to register pod: no port is on record'
  find_host_address "$2" || fail 'failed to register pod: no network of the pod leads to the host'
  read -r metadata_token < /proc/sys/kernel/random/uuid
  read -r metadata_more < /proc/sys/kernel/random/uuid
  metadata_token=$metadata_token-$metadata_more
  (umask 077 && printf '%s\n' "$metadata_token" > "$1/metadata-token") || fail 'failed to register pod: its token is not kept'
  for app in $apps; do
    add_variable "$1/app/$app" AC_METADATA_URL "http://$metadata_host:$metadata_port/$metadata_token" \
      || fail "failed to register pod: the environment of app \"$app\" can't be written"
  done
}

# Sets `metadata_host` to the address by which the apps reach this machine.
find_host_address() {
  if [ "$net_mode" = host ]; then
    metadata_host=127.0.0.1
    return
  fi
  net_little=$(printf '\001\000' | od -A n -t u2)
  metadata_host=$(RKT_LITTLE=${net_little##* } nsenter --net="$1" awk -f "$libexec/gateway.awk" /proc/net/route)
  [ -n "$metadata_host" ]
}

# add_variable APP_DIRECTORY NAME VALUE: in all that "prepare" has written of an app. Neither has characters that JSON or
# a shell would take for others. A quote within a string of JSON has a backslash before it, so that the first "env" is the
# name of a member: that of the process.
add_variable() {
  for file in "$1"/config.json "$1"/process "$1"/pre-start.json "$1"/post-stop.json; do
    [ ! -e "$file" ] || { sed "s|\"env\":\[|&\"$2=$3\",|" "$file" > "$file.new" && mv "$file.new" "$file"; } || return 1
  done
  printf 'app_environment="$app_environment '\''%s=%s'\''"\n' "$2" "$3" >> "$1/launch"
}
