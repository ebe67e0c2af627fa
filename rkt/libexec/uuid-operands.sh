# Reads the operands of stop and rm: UUIDs, or the file of --uuid-file with a UUID.
#
# Sourced by: stop.sh and rm.sh
# Needs:      $@ and uuid_file of the command; command; common.sh
# Sets:       $@, the UUIDs
case $#:$uuid_file in
  0:?*)
    operand=
    { read -r operand < "$uuid_file"; } 2> /dev/null
    if [ -z "$operand" ]; then
      say "unable to resolve UUID from file: open $uuid_file: no such file or directory, or it is empty"
      [ "$command" != rm ] || say 'failed to remove one or more pods'
      exit 254
    fi
    set -- "$operand"
    ;;
  0: | [1-9]*:?*)
    print_help "$command"
    exit 254
    ;;
esac
