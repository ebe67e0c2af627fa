# Takes the flags out of the positional parameters, which are the operands of the command afterwards.
#
# Sourced by: bin/rkt if the command is missing; cat-manifest.sh, completion.sh, enter.sh, export.sh, gc.sh, help.sh,
#             list.sh, rm.sh, run-prepared.sh, status.sh, stop.sh and version.sh
# Needs:      libexec and command of bin/rkt; common.sh; and from the command:
#               command_flag NAME     sets kind for flags it knows: bool, value, or optional (the value may be left out)
#               set_flag NAME VALUE   takes the value of the flag
#               operands_end_flags    "true" if the first operand ends the flags, as before a command line; may be unset
# Sets:       $@; data_dir, debug, insecure_options, local_config, system_config and user_config, from the global flags
# Defines:    flag_error, flag_help, invalid_value, make_absolute (sets absolute), read_format (sets format), for
#             commands too

data_dir=
insecure_options=
local_config=/etc/rkt
system_config=/usr/lib/rkt
user_config=
debug=false

# flag_error MESSAGE: prints the help, and then the error, which 40 lines of help would hide on a terminal.
flag_error() {
  print_help "$command"
  printf 'Error: %s\n' "$1" >&2
  exit 254
}

flag_help() {
  print_help "$command"
  exit 0
}

invalid_value() {
  go_quote "$2"
  flag_error "invalid argument $quoted for --$1=$2: $3"
}

# Sets value to true or false, as Go's ParseBool reads the text.
read_bool() {
  case $2 in
    1 | t | T | TRUE | true | True) value=true ;;
    0 | f | F | FALSE | false | False) value=false ;;
    *) go_quote "$2" && invalid_value "$1" "$2" "strconv.ParseBool: parsing $quoted: invalid syntax" ;;
  esac
}

# read_format TEXT: sets format, how a command prints: json, json-pretty, or empty for people.
read_format() {
  case $1 in
    '' | json | json-pretty) format=$1 ;;
    *) invalid_value format "$1" "Invalid format option: $1" ;;
  esac
}

make_absolute() {
  case $1 in
    /*) absolute=$1 ;;
    *) absolute=$PWD/$1 ;;
  esac
}

# Sets data_dir to the directory that paths.d of the configuration names, else to rkt's default.
find_data_dir() {
  data_dir=/var/lib/rkt
  for file in "$system_config"/paths.d/*.json "$local_config"/paths.d/*.json ${user_config:+"$user_config"/paths.d/*.json}; do
    [ -e "$file" ] || continue
    configured=$(LC_ALL=C awk -f "$libexec/json.awk" -f "$libexec/paths.awk" "$system_config"/paths.d/*.json \
      "$local_config"/paths.d/*.json ${user_config:+"$user_config"/paths.d/*.json}) || fail "$configured"
    data_dir=${configured:-$data_dir}
    return
  done
}

set_global_flag() {
  case $1 in
    debug) debug=$2 ;;
    dir)
      [ -n "$2" ] || invalid_value dir '' '"" is not a valid directory'
      make_absolute "$2"
      data_dir=$absolute
      ;;
    insecure-options)
      # The last such flag counts, as in rkt.
      insecure_options=
      remaining=$2${2:+,}
      case $remaining in
        *[A-Z]*) remaining=$(printf %s "$remaining" | tr A-Z a-z) ;;
      esac
      while [ -n "$remaining" ]; do
        option=${remaining%%,*}
        remaining=${remaining#*,}
        go_quote "$option"
        case ,$insecure_options, in
          *",$option,"*) invalid_value "$1" "$2" "duplicated option $quoted" ;;
        esac
        case $option in
          none | http | image | tls | ondisk | pubkey | capabilities | paths | seccomp | all-fetch | all-run | all) ;;
          *) invalid_value "$1" "$2" "unknown option $quoted" ;;
        esac
        insecure_options=$insecure_options${insecure_options:+,}$option
      done
      ;;
    local-config | system-config | user-config)
      make_absolute "$2"
      case $1 in
        local-config) local_config=$absolute ;;
        system-config) system_config=$absolute ;;
        user-config) user_config=${2:+$absolute} ;;
      esac
      ;;
  esac
}

flags_left=$#
while [ "$flags_left" -gt 0 ]; do
  argument=$1
  shift
  flags_left=$((flags_left - 1))
  case $argument in
    --)
      break
      ;;
    --help | -h)
      flag_help
      ;;
    --?*)
      name=${argument#--}
      value=
      has_value=false
      case $name in
        *=*)
          value=${name#*=}
          name=${name%%=*}
          has_value=true
          ;;
      esac
      kind=
      case $name in
        debug | trust-keys-from-https) kind=bool ;;
        dir | insecure-options | local-config | system-config | user-config) kind=value ;;
        *) command_flag "$name" ;;
      esac
      case $kind in
        '') flag_error "unknown flag: --$name" ;;
        bool)
          $has_value || value=true
          read_bool "$name" "$value"
          ;;
        value)
          if ! $has_value; then
            [ "$flags_left" -gt 0 ] || flag_error "flag needs an argument: --$name"
            value=$1
            shift
            flags_left=$((flags_left - 1))
          fi
          ;;
      esac
      case $name in
        debug | dir | insecure-options | local-config | system-config | trust-keys-from-https | user-config)
          set_global_flag "$name" "$value"
          ;;
        *) set_flag "$name" "$value" ;;
      esac
      ;;
    -?*)
      shorthand=${argument#-}
      flag_error "unknown shorthand flag: '${shorthand%"${shorthand#?}"}' in $argument"
      ;;
    *)
      if ${operands_end_flags:-false}; then
        set -- "$argument" "$@"
        flags_left=0
        break
      fi
      set -- "$@" "$argument"
      ;;
  esac
done
# After "--" every word is an operand. The operands found before it are at the end of $@: move them to the front.
while [ "$flags_left" -gt 0 ]; do
  set -- "$@" "$1"
  shift
  flags_left=$((flags_left - 1))
done
[ -n "$data_dir" ] || find_data_dir
