# What appc's specification promises an app (spec/ace.md), checked from within: run by busybox in images that AceTest builds.
#
#   ace.sh prestart|main|sidekick|poststop
b=/bin/busybox
faults=0

fault() {
  echo "$mode: $*" >&2
  faults=$((faults + 1))
}

expect() {
  [ "$2" = "$3" ] || fault "$1 is \"$2\", not \"$3\""
}

is_there() {
  for file do [ -e "$file" ] || fault "there is no $file"; done
}

is_missing() {
  for file do [ ! -e "$file" ] || fault "there is $file"; done
}

wait_for() {
  tries=0
  while [ ! -e "$1" ] && [ "$tries" -lt 300 ]; do
    $b sleep 0.1
    tries=$((tries + 1))
  done
  is_there "$1"
}

# The environment that each process of the app has, handlers too.
check_environment() {
  expect PATH "$PATH" /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  expect AC_APP_NAME "$AC_APP_NAME" ace-main
  expect IN_ACE_VALIDATOR "$IN_ACE_VALIDATOR" correct
  expect HOME "$HOME" /root
  expect USER "$USER" root
  expect LOGNAME "$LOGNAME" root
  expect SHELL "$SHELL" /bin/sh
  [ -n "${container:-}" ] || fault 'container is not set'
  expect 'the working directory' "$(pwd)" /opt/validator
}

check_volume() {
  $b grep -q ' /db ' /proc/self/mounts || fault '/db is no mount'
  : > /db/writable || fault '/db can not be written'
}

get() {
  $b wget -q -O - --header 'Metadata-Flavor: AppContainer' "$AC_METADATA_URL/acMetadata/v1/$1"
}

post() {
  $b wget -q -O - --header 'Metadata-Flavor: AppContainer' --post-data "$2" "$AC_METADATA_URL/acMetadata/v1/$1"
}

# A signature in Base64 as the value of a form.
form_value() {
  echo "$1" | $b sed 's/+/%2B/g; s:/:%2F:g; s/=/%3D/g'
}

check_metadata() {
  [ -n "${AC_METADATA_URL:-}" ] || { fault 'AC_METADATA_URL is not set' && return; }
  uuid=$(get pod/uuid) || fault 'pod/uuid is not answered'
  case $uuid in
    ????????-????-????-????-????????????) ;;
    *) fault "\"$uuid\" is no UUID" ;;
  esac
  case $(get pod/manifest) in
    *'"acKind":"PodManifest"'*'"name":"ace-main"'*) ;;
    *) fault 'pod/manifest is none' ;;
  esac
  expect pod/annotations "$(get pod/annotations)" "$EXPECTED_POD_ANNOTATIONS"
  expect "annotations of the app" "$(get apps/ace-main/annotations)" \
    '[{"name":"created","value":"2014-10-27T19:32:27.67021798Z"},{"name":"lorem","value":"dolor"}]'
  case $(get apps/ace-main/image/manifest) in
    *'"acKind":"ImageManifest"'*'"lorem"'*) ;;
    *) fault 'image/manifest is none' ;;
  esac
  case $(get apps/ace-main/image/id) in
    sha512-*) ;;
    *) fault 'image/id is none' ;;
  esac
  ! get apps/nobody/image/id 2> /dev/null || fault 'there is an app "nobody"'
  ! $b wget -q -O - "$AC_METADATA_URL/acMetadata/v1/pod/uuid" 2> /dev/null || fault 'the header is not needed'
  ! $b wget -q -O - --header 'Metadata-Flavor: AppContainer' "${AC_METADATA_URL%/*}/00/acMetadata/v1/pod/uuid" \
    2> /dev/null || fault 'the token is not needed'

  signature=$(post pod/hmac/sign 'content=Old+MacDonald') || fault 'pod/hmac/sign is not answered'
  signed="uuid=$uuid&signature=$(form_value "$signature")"
  post pod/hmac/verify "content=Old+MacDonald&$signed" || fault 'the signature is not verified'
  ! post pod/hmac/verify "content=Young+MacDonald&$signed" 2> /dev/null || fault 'the signature fits anything'
}

mode=$1
case $mode in
  prestart)
    is_missing /prestart /main /poststop
    check_environment
    : > /prestart
    ;;
  main)
    is_there /prestart
    is_missing /main /poststop
    : > /main
    check_environment
    check_volume
    check_metadata
    [ -z "${WITH_SIDEKICK:-}" ] || wait_for /db/sidekick
    is_missing /db/main
    : > /db/main
    ;;
  sidekick)
    is_missing /db/sidekick /main /prestart
    : > /db/sidekick
    wait_for /db/main
    ;;
  poststop)
    is_there /prestart /main
    is_missing /poststop
    check_environment
    : > /poststop
    ;;
esac
[ "$faults" -eq 0 ] && echo "$mode OK"
