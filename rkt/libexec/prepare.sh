# rkt prepare: starts Java, which makes all decisions about a pod and keeps them. When the same command comes again for
# the same images, this script copies the pod that Java made and gives the copy a UUID of its own.
#
# A decision is kept in decisions/KEY of the data directory. The key is a digest of all that the decision depends on:
# the words of the command line, the stored images, where URLs led to, the configuration, crun, this version of rkt, the
# capabilities of this process and the boot. When one of these changes, the old decision is no longer found.
#
# Some parts of words only appear in the files of the pod and decide nothing: values of variables, sources of volumes,
# and UUIDs with which names of volumes begin. These are left out of the key, and each pod gets its own. So all tasks of a
# job share a decision, although each has its own directories and variables. KeptDecisions.java writes it:
#
#   pod/      the pod, without what differs between pods
#   fill      a script that writes the files of a pod in which the UUID or a part that was left out stands; it takes them
#             from the variables uuid, value_0, value_1 and so on
#   images    a file of each image, whose time tells when it was last used
#   absent    names that must not be files, for then the command line would mean the files
#   warnings  what is to be said each time
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh; RKT_POD_UUID of the environment, if set: the UUID that
#             the pod shall have
# Sets:       RKT_DECISION in the environment of Java: the key under which to keep the decision; unset if it depends on
#             more. RKT_HOLES there: POSITION:START:LENGTH:NUMBER of each part that was left out. POSITION is that of its
#             word; all count from 0. Parts of the same number are equal
. "$libexec/java.sh"

# A pattern for what is not only made of characters that stand for themselves in JSON and in quoted words of the shell.
# It names each, since ranges depend on the locale.
letters=abcdefghijklmnopqrstuvwxyz
capitals=ABCDEFGHIJKLMNOPQRSTUVWXYZ
not_plain="*[!]$letters${capitals}0123456789_./:@%+=,~#^*?(){}<>;\$ [-]*"
not_hexadecimal='*[!0123456789abcdef-]*'

# leave_out NUMBER VALUE REST: of the part of the word that was not read yet, VALUE is left out and REST is still to be
# read. Values of the same number are equal.
leave_out() {
  before=${unread%"$2$3"}
  begin=$((begin + ${#before}))
  holes="$holes $position:$begin:${#2}:$1"
  words="$words${#before}:${before}_$1_"
  begin=$((begin + ${#2}))
  unread=$3
}

leave_out_value() {
  values=$values$1$newline
  leave_out "$count" "$1" "$2"
  count=$((count + 1))
}

# leave_out_uuid NAME REST: leaves out the UUID with which the name of a volume begins. All are the same UUID, so that
# names which are equal, or which are not, stay so.
leave_out_uuid() {
  found=${1%"${1#????????-????-????-????-????????????}"}
  case $found in
    '' | $not_hexadecimal) return ;;
  esac
  if [ -z "$volumes_uuid" ]; then
    volumes_uuid=$found
    volumes_number=$count
    leave_out_value "$found" "${1#"$found"}$2"
  elif [ "$found" = "$volumes_uuid" ]; then
    leave_out "$volumes_number" "$found" "${1#"$found"}$2"
  fi
}

# leave_out_of WORD: leaves out what decides nothing of a flag.
leave_out_of() {
  [ "${#1}" -le 4096 ] || return
  case $1 in
    $not_plain) ;;
    --set-env=*=*) leave_out_value "${1#--set-env=*=}" '' ;;
    --volume=*,kind=host,source=/*,readOnly=true | --volume=*,kind=host,source=/*,readOnly=false)
      name=${1#--volume=}
      name=${name%%,*}
      path=${1#"--volume=$name,kind=host,source=/"}
      access=,${path##*,}
      path=${path%"$access"}
      case $1 in
        "--volume=$name,kind=host,source=/$path$access") ;;
        *) return ;;
      esac
      case $path in
        *,*) return ;;
      esac
      leave_out_uuid "$name" ",kind=host,source=/$path$access"
      leave_out_value "$path" "$access"
      ;;
    --mount=volume=*,target=*)
      name=${1#--mount=volume=}
      leave_out_uuid "${name%%,*}" ",${name#*,}"
      ;;
  esac
}

# find_decision WORDS: sets kept to the directory of the decision. Fails if the command depends on more than the key
# has.
find_decision() {
  data_dir=/var/lib/rkt
  words=
  holes=
  values=
  count=0
  volumes_uuid=
  position=-1
  is_directory=false
  # An argument of the app may look like a flag of rkt, but must not decide where decisions are read from. So the data
  # directory is taken only from leading flags of the form --NAME=VALUE, or --dir VALUE; Java reads all other command
  # lines.
  leads=true
  for word do
    position=$((position + 1))
    if $is_directory; then
      data_dir=$word
      is_directory=false
      words="$words${#word}:$word"
      continue
    fi
    # An argument of the app that looks like one of these flags only costs a start of Java.
    case $word in
      --debug=false) ;;
      --debug* | --help | -h | --inherit-env* | --local-config* | --no-cache* | --no-store* | --pod-manifest* \
        | --private-users* | --pull-policy* | --set-env-file* | --signature* | --system-config* | --user-config*) return 1 ;;
      --dir | --dir=*)
        $leads || return 1
        case $word in
          --dir) is_directory=true ;;
          *) data_dir=${word#*=} ;;
        esac
        ;;
      --*=*) ;;
      *) leads=false ;;
    esac
    unread=$word
    begin=0
    ! $leads || leave_out_of "$word"
    words="$words${#unread}:$unread"
  done
  case $data_dir in
    /*) ;;
    *) data_dir=$PWD/$data_dir ;;
  esac
  [ -d "$data_dir/decisions" ] || [ -d "$data_dir/cas/images" ] || return 1
  for file in /etc/rkt/paths.d/*.json /usr/lib/rkt/paths.d/*.json; do
    [ ! -e "$file" ] || return 1
  done
  crun=
  directories=$PATH:
  while [ -n "$directories" ] && [ -z "$crun" ]; do
    [ ! -x "${directories%%:*}/crun" ] || crun=${directories%%:*}/crun
    directories=${directories#*:}
  done
  read -r boot_id < /proc/sys/kernel/random/boot_id
  # An app whose capabilities are not confined has all capabilities of this process, so they are part of the key.
  while read -r name capabilities; do
    [ "$name" != CapPrm: ] || break
  done < /proc/self/status
  state=$(stat -c '%n %d %i %s %y %z' -- "$home/target/rkt.jar" "$data_dir/cas/images" "$data_dir"/cas/images/sha512-* \
    "$data_dir/cas/remotes" /etc/rkt/*.d/*.json /usr/lib/rkt/*.d/*.json 2> /dev/null)
  key=$(sha256sum << KEY
$words
$home
$crun
$boot_id
$capabilities
$state
KEY
  ) || return 1
  kept=$data_dir/decisions/${key%% *}
}

# Makes a pod of the decision, in the steps of PodStore.java. Fails, and leaves nothing, if something has changed.
make_kept_pod() {
  [ -e "$kept/absent" ] || return 1
  while IFS= read -r file; do
    [ ! -e "$file" ] || return 1
  done < "$kept/absent"
  choose_uuid
  pod=$data_dir/pods/embryo/$uuid
  copy_kept_pod && {
    # A command that removes images makes this file before it looks which pods use them. Without it, that command sees
    # this pod.
    [ ! -e "$data_dir/cas/locks/removing" ] && are_images_there
  } && sync -- "$pod" "$pod"/* "$pod"/app/*/* && mv -T -- "$pod" "$data_dir/pods/prepared/$uuid" \
    && sync -- "$data_dir/pods/prepared" || {
    rm -rf -- "$pod"
    return 1
  }
  while IFS= read -r warning; do say "$warning"; done < "$kept/warnings"
  printf '%s\n' "$uuid"
}

# Sets uuid to RKT_POD_UUID, if it is a UUID that no pod has, else to a random one. PodStore.java does the same.
choose_uuid() {
  uuid=${RKT_POD_UUID-}
  case $uuid in
    ????????-????-????-????-????????????) ;;
    *) uuid=/ ;;
  esac
  case $uuid in
    *[!0123456789abcdef-]*) ;;
    *)
      for pod in "$data_dir/pods"/*/"$uuid"; do
        [ -e "$pod" ] || return 0
      done
      ;;
  esac
  read -r uuid < /proc/sys/kernel/random/uuid
}

copy_kept_pod() {
  cp -dR --preserve=mode,ownership,xattr -- "$kept/pod" "$pod" 2> /dev/null || return 1
  # gc moves a decision away before it removes it. The decision is still here, so no file of the copy is missing.
  [ -e "$kept/pod" ] || return 1
  read_identity $$ && printf '%s\n' "$identity" > "$pod/preparer" || return 1
  date +%s%N > "$pod/created" || return 1
  count=0
  while [ -n "$values" ]; do
    eval "value_$count=\${values%%\"\$newline\"*}"
    values=${values#*"$newline"}
    count=$((count + 1))
  done
  command . "$kept/fill"
}

# Decides whether the images are stored and the kernel still mounts overlays here; tries it in a mount namespace of its
# own.
are_images_there() {
  for app_directory in "$pod"/app/*; do
    [ -d "$app_directory/tree/." ] && (cd "$app_directory" && exec unshare --mount --propagation private mount -t overlay \
      -o lowerdir=tree,upperdir=upper,workdir=work rkt-attempt rootfs) 2> /dev/null || return 1
  done
  set --
  while IFS= read -r file; do set -- "$@" "$file"; done < "$kept/images"
  touch -c -- "$@"
}

unset RKT_DECISION RKT_HOLES
if find_decision "$@"; then
  ! make_kept_pod || exit 0
  export RKT_DECISION="${kept##*/}" RKT_HOLES="$holes"
fi
exec_java prepare "$@"
