# The operand of status and cat-manifest: a UUID, or the one that stands in the file of --uuid-file (`uuid_file`).
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
