# rkt prepare: starts Java, which decides all of a pod and keeps its decision. The same command on the same images is
# then answered here: by a copy of the pod that Java made, with a UUID of its own.
#
# A decision is kept in decisions/KEY of the data directory. The key is a digest of all that the decision depends on:
# the words of the command line, the working directory, the stored images, where URLs led to, the configuration, crun,
# this version of rkt, the capabilities of this process and the boot. When one of them changes, the decision is not
# found any more. KeptDecisions.java writes it:
#
#   pod/          the pod, without what differs between pods
#   uuid          the UUID that it had, in the files of uuid-files
#   images        a file of each image, whose time tells when it was last used
#   absent        names that must not be files, for then the command line would mean the files
#   warnings      what is to be said each time
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
# Sets:       RKT_DECISION in the environment of Java: the key under which to keep the decision; unset if it depends on
#             more
. "$libexec/java.sh"

# find_decision WORDS: sets kept to the directory of the decision. Fails if the command depends on more than the key
# has.
find_decision() {
  data_dir=/var/lib/rkt
  words=
  is_directory=false
  # An argument of the app may look like a flag of rkt, but must not decide where decisions are read from. So the data
  # directory is taken only from leading flags of the form --NAME=VALUE, or --dir VALUE; Java reads all other command
  # lines.
  leads=true
  for word do
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
    words="$words${#word}:$word"
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
$PWD
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
  { IFS= read -r kept_uuid < "$kept/uuid"; } 2> /dev/null || return 1
  while IFS= read -r file; do
    [ ! -e "$file" ] || return 1
  done < "$kept/absent"
  read -r uuid < /proc/sys/kernel/random/uuid
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

copy_kept_pod() {
  cp -dR --preserve=mode,ownership,xattr -- "$kept/pod" "$pod" 2> /dev/null || return 1
  # gc moves a decision away before it removes it. The decision is still here, so no file of the copy is missing.
  [ -e "$kept/pod" ] || return 1
  read_identity $$ && printf '%s\n' "$identity" > "$pod/preparer" || return 1
  date +%s%N > "$pod/created" || return 1
  set --
  while IFS= read -r file; do set -- "$@" "$pod/$file"; done < "$kept/uuid-files"
  [ $# -eq 0 ] || sed -i "s/$kept_uuid/$uuid/g" -- "$@"
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

unset RKT_DECISION
if find_decision "$@"; then
  ! make_kept_pod || exit 0
  RKT_DECISION=${kept##*/}
  export RKT_DECISION
fi
exec_java prepare "$@"
