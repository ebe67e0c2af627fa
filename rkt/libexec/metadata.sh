# Registers pods with the metadata service (rkt metadata-service). A pod is registered by a secret token in its file
# metadata-token. The service finds the pod by the token while the pod runs. The URL that the apps get contains the
# token.
#
# Sourced by: run-prepared.sh
# Needs:      common.sh, pods.sh; data_dir and libexec; net_mode of network-plan.sh; apps of read_apps
# Defines:    check_metadata_service, register_metadata POD NETNS

# Fails if no service runs, or the apps could not reach it.
check_metadata_service() {
  [ "$net_mode" != none ] || fail "--mds-register flag does not work with --net=none." \
    "Please use 'host', 'default' or an equivalent network"
  is_alive "$data_dir/metadata-service" || fail 'failed to register pod: no metadata service runs for this data' \
    'directory: start "rkt metadata-service"'
}

# register_metadata POD NETNS: registers the pod, whose networks are up, and gives its apps the URL of the service.
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

# find_host_address NETNS: sets metadata_host to the address by which the apps reach this host.
find_host_address() {
  if [ "$net_mode" = host ]; then
    metadata_host=127.0.0.1
    return
  fi
  net_little=$(printf '\001\000' | od -A n -t u2)
  metadata_host=$(RKT_LITTLE=${net_little##* } nsenter --net="$1" awk -f "$libexec/gateway.awk" /proc/net/route)
  [ -n "$metadata_host" ]
}

# add_variable APP_DIRECTORY NAME VALUE: adds a variable to all files that "prepare" has written for an app. Name and
# value have no characters that are special to JSON or a shell. A quote within a JSON string has a backslash before it,
# so the first "env" with plain quotes is the member of the process.
add_variable() {
  for file in "$1"/config.json "$1"/process "$1"/pre-start.json "$1"/post-stop.json; do
    [ ! -e "$file" ] || { sed "s|\"env\":\[|&\"$2=$3\",|" "$file" > "$file.new" && mv "$file.new" "$file"; } || return 1
  done
  printf 'app_environment="$app_environment '\''%s=%s'\''"\n' "$2" "$3" >> "$1/launch"
}
