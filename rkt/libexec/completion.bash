# Completes the commands of rkt in bash: source it, or put it where bash-completion looks. It calls rkt for pods and
# images.
#
# Sourced by: an interactive bash. completion.sh prints it.
# Defines:    _rkt, _rkt_words, _rkt_pods

_rkt_commands='cat-manifest completion config enter export fetch gc help image list metadata-service prepare rm run
  run-prepared status stop trust version'

_rkt() {
  local word=${COMP_WORDS[COMP_CWORD]} command= subcommand= before i
  for ((i = 1; i < COMP_CWORD; i++)); do
    before=${COMP_WORDS[i]}
    case $before in
      --dir | --insecure-options | --local-config | --system-config | --user-config) ((i++)) ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then
          command=$before
        else
          subcommand=$before
          break
        fi
        ;;
    esac
  done
  case $command in
    '') _rkt_words $_rkt_commands ;;
    image)
      case $subcommand in
        '') _rkt_words cat-manifest export extract gc list render rm verify ;;
        gc | list) ;;
        *) _rkt_words $(rkt image list --no-legend --fields=id 2> /dev/null) ;;
      esac
      ;;
    completion) _rkt_words bash ;;
    help) _rkt_words $_rkt_commands ;;
    prepare | run) _rkt_words $(rkt image list --no-legend --fields=id 2> /dev/null) ;;
    run-prepared) _rkt_pods prepared ;;
    enter | stop) _rkt_pods running ;;
    export) _rkt_pods exited ;;
    rm) _rkt_pods 'prepared|exited' ;;
    cat-manifest | status) _rkt_pods . ;;
  esac
  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$word"))
}

_rkt_words() {
  COMPREPLY=($(compgen -W "$*" -- "$word"))
}

# Completes the pods whose state matches a pattern.
_rkt_pods() {
  _rkt_words $(rkt list --no-legend --full 2> /dev/null | awk -F '\t+' -v states="$1" '$1 != "" && $0 ~ states { print $1 }')
}

complete -F _rkt rkt
