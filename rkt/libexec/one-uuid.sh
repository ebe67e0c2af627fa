# Reads the operand of status and cat-manifest: a UUID, or the file of --uuid-file with a UUID.
#
# Sourced by: status.sh and cat-manifest.sh
# Needs:      $@ and uuid_file of the command; common.sh
# Sets:       $1, the UUID
case $#:$uuid_file in
  0:?*)
    wanted_uuid=
    { read -r wanted_uuid < "$uuid_file"; } 2> /dev/null
    [ -n "$wanted_uuid" ] || fail "unable to resolve UUID from file: $uuid_file can't be read"
    set -- "$wanted_uuid"
    ;;
  1:) ;;
  *)
    print_help "$command"
    exit 254
    ;;
esac
