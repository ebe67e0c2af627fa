# Durations as Go writes them.
#
# Sourced by: gc.sh and status.sh
# Needs:      nothing
# Defines:    parse_duration (sets milliseconds)

# parse_duration TEXT: sets milliseconds to a duration such as 1h30m, 1.5s or 200ms. Fails if the text is not a
# duration.
parse_duration() {
  milliseconds=0
  duration=$1
  sign=1
  case $duration in
    -*) sign=-1 ;;
  esac
  duration=${duration#[+-]}
  [ "$duration" != 0 ] || return 0
  [ -n "$duration" ] || return 1
  while [ -n "$duration" ]; do
    number=${duration%%[!0-9.]*}
    duration=${duration#"$number"}
    unit=${duration%%[0-9.]*}
    duration=${duration#"$unit"}
    case $unit in
      h) factor=3600000 ;;
      m) factor=60000 ;;
      s) factor=1000 ;;
      ms) factor=1 ;;
      us | µs | ns) factor=0 ;;
      *) return 1 ;;
    esac
    whole=${number%%.*}
    case $number in
      '' | . | *.*.*) return 1 ;;
      *.*) fraction=${number#*.} ;;
      *) fraction= ;;
    esac
    # Leading zeros would make the number octal.
    while [ "${whole#0}" != "$whole" ]; do whole=${whole#0}; done
    milliseconds=$((milliseconds + ${whole:-0} * factor))
    scale=$factor
    while [ -n "$fraction" ] && [ "$scale" -gt 1 ]; do
      scale=$((scale / 10))
      milliseconds=$((milliseconds + ${fraction%"${fraction#?}"} * scale))
      fraction=${fraction#?}
    done
  done
  milliseconds=$((sign * milliseconds))
}
