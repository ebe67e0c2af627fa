# Makes the root file system of an app in the mount namespace of the pod. Both flavours use it.
#
# Sourced by: stage1.sh
# Needs:      common.sh and rooted.sh; pod, uuid, resolv_mode, hosts_mode and hostname of stage1.sh; app_directory and
#             root of use_app; RKT_NO_LINKS_BELOW of the environment, a directory below which no volume may lead through
#             a link; / for all
# Defines:    mount_or_fail, make_target (sets target), make_volume_targets, mount_volume, mount_volumes, mount_root,
#             mount_name_resolution, mount_tmp, check_app, set_hostname

mount_or_fail() {
  debug "mount $*"
  mount "$@" || fail "can't mount: mount $*"
}

# make_target SOURCE PATH: sets target to a place in the root file system to mount on, of the same kind as the source;
# makes it if there is none.
make_target() {
  resolve "$2" || fail "evaluate target path \"$2\": too many symbolic links"
  target=$root$resolved
  [ -e "$target" ] || refuse_below_host_directory "$2"
  if [ -d "$1" ]; then
    if [ -e "$target" ]; then
      [ -d "$target" ] || fail "can't mount because \"$1\" is a directory while \"$2\" is not"
    else
      mkdir -p "$target" || fail "can't create directory \"$2\""
    fi
  elif [ -e "$target" ]; then
    [ ! -d "$target" ] || fail "can't mount because \"$1\" is not a directory while \"$2\" is"
  else
    mkdir -p "${target%/*}" && : > "$target" || fail "can't create file \"$2\""
  fi
}

# Refuses to make a mount point in a directory that the pod shares with the host: it would be made on the host too.
refuse_below_host_directory() {
  for directory in $host_directories; do
    case $resolved in
      "$directory"/*) fail "can't mount on \"$1\": it does not exist, and nothing is made in the host's $directory" ;;
    esac
  done
}
# Set by the fly flavour.
host_directories=

# Makes the missing targets of all volumes that are directories, by one call of mkdir(1) for all. What it does not make,
# mount_volume makes or refuses.
make_volume_targets() {
  [ -z "$host_directories" ] || return 0
  missing=
  other_targets=$volume_targets
  only_targets=true
  mount_app_volumes
  only_targets=false
  volume_targets=$other_targets
  [ -n "$missing" ] || return 0
  set -f
  IFS=$newline
  set -- $missing
  set +f
  unset IFS
  mkdir -p -- "$@" 2> /dev/null
}
only_targets=false

# note_target SOURCE TARGET: adds the target of a volume to those that make_volume_targets makes.
note_target() {
  resolve "$2" && [ -d "$1" ] || return 0
  case $root$resolved in
    *"$newline"*) return 0 ;;
  esac
  if lies_in_volume; then
    directory=$pod/volume
  else
    directory=$root$resolved
    volume_targets=$volume_targets$resolved$newline
  fi
  [ -e "$directory" ] || missing=$missing$directory$newline
}

# Mounts all volumes of the app: first those that lie in no other volume, together; then those that do, one by one.
mount_volumes() {
  nested_volumes=' '
  volumes_to_mount=outer
  volume_number=0
  mount_app_volumes
  mount_gathered
  volumes_to_mount=nested
  volume_number=0
  [ "$nested_volumes" = ' ' ] || mount_app_volumes
  volumes_to_mount=all
}
volumes_to_mount=all

# mount_volume SOURCE TARGET READ_ONLY RECURSIVE: mounts a volume. The file "launch" calls it for each volume; a volume
# comes before those that are mounted in it.
mount_volume() {
  if $only_targets; then
    note_target "$1" "$2"
    return
  fi
  if [ "$volumes_to_mount" != all ]; then
    volume_number=$((volume_number + 1))
    case $volumes_to_mount$nested_volumes in
      nested*" $volume_number "*) ;;
      nested*) return ;;
    esac
  fi
  [ -e "$1" ] || fail "stat of host path $1: stat $1: no such file or directory"
  resolve "$2" || fail "evaluate target path \"$2\": too many symbolic links"
  if lies_in_volume; then
    if [ "$volumes_to_mount" = outer ]; then
      nested_volumes="$nested_volumes$volume_number "
      return
    fi
    mount_in_volume "$@"
  else
    make_target "$1" "$2"
    case $volumes_to_mount:$4:$1$target in
      all:* | *:true:* | *[[:space:][:cntrl:]\\]*)
        mount_gathered
        bind_volume "$1" "$target" "$3" "$4"
        ;;
      *) gather_volume "$1" "$target" "$3" ;;
    esac
  fi
  volume_targets=$volume_targets$resolved$newline
}
volume_targets=

# gather_volume SOURCE PLACE READ_ONLY: has mount_gathered mount a volume, by one call of mount(8) for all that are
# gathered, since each call costs more than a millisecond. The paths have no characters that are special in fstab(5).
gather_volume() {
  no_links_below=${RKT_NO_LINKS_BELOW:-/dev/null}
  case $1 in
    "${no_links_below%/}"/*)
      [ -n "$free_descriptors" ] || mount_gathered
      descriptor=${free_descriptors%"${free_descriptors#?}"}
      free_descriptors=${free_descriptors#?}
      open_without_links "$1" "$descriptor"
      set -- "/proc/self/fd/$descriptor" "$2" "$3"
      ;;
  esac
  gathered="$gathered$1 $2 none bind 0 0$newline"
  ! $3 || gathered_read_only=$gathered_read_only$2$newline
}
gathered=
gathered_read_only=
all_descriptors=34568
free_descriptors=$all_descriptors

mount_gathered() {
  [ -n "$gathered" ] || return 0
  debug "mount $gathered"
  printf %s "$gathered" > "$pod/fstab" || fail "can't write \"$pod/fstab\""
  # Without --no-canonicalize, mount(8) would look up the paths of the open files.
  mount --all --no-canonicalize --fstab "$pod/fstab" || fail "can't mount: $gathered"
  exec 3<&- 4<&- 5<&- 6<&- 8<&-
  gathered=
  free_descriptors=$all_descriptors
  while [ -n "$gathered_read_only" ]; do
    mount_or_fail -o remount,bind,ro -- "${gathered_read_only%%"$newline"*}"
    gathered_read_only=${gathered_read_only#*"$newline"}
  done
}

# Decides whether the resolved path is in a volume. Then other processes may replace a part of the path by a link at any
# time, and a mount by that path could cover programs of the host that this script uses.
lies_in_volume() {
  remaining=$volume_targets
  while [ -n "$remaining" ]; do
    case $resolved in
      "${remaining%%"$newline"*}"/*) return 0 ;;
    esac
    remaining=${remaining#*"$newline"}
  done
  return 1
}

# bind_volume SOURCE PLACE READ_ONLY RECURSIVE: mounts a volume on a place whose path no other process can change.
bind_volume() {
  no_links_below=${RKT_NO_LINKS_BELOW:-/dev/null}
  case $1 in
    "${no_links_below%/}"/*)
      open_without_links "$1" 8
      # Without this option, mount(8) would look up the path of the open file, and mount what another process has put
      # there.
      set -- /proc/self/fd/8 "$2" "$3" "$4" --no-canonicalize
      ;;
    *) set -- "$1" "$2" "$3" "$4" ;;
  esac
  if $4; then bind=--rbind; else bind=--bind; fi
  mount_or_fail ${5+"$5"} "$bind" -- "$1" "$2"
  exec 8<&-
  if $3; then
    # In a step of its own: with "bind,ro", mount(8) drops nosuid, nodev and noexec of the host's mount.
    mount_or_fail -o remount,bind,ro -- "$2"
    ! $4 || make_submounts_read_only "$2"
  fi
}

# Mounts a volume on a target in another volume. Mounts it on a place of the pod's own first; then opens the target,
# checks the kernel's path of the open file, and moves the mount to the open file.
mount_in_volume() {
  cd -P -- "$root" && whole=$PWD$resolved && cd / || fail "can't change to \"$root\""
  if [ -d "$1" ]; then
    place=$pod/volume
    [ -d "$place" ] || mkdir "$place" || fail "can't create directory \"$place\""
  else
    place=$pod/volume-file
    : >> "$place"
  fi
  bind_volume "$1" "$place" "$3" "$4"
  [ -e "$whole" ] || make_in_volume
  if [ -d "$1" ]; then
    [ -d "$whole" ] || fail "can't mount because \"$1\" is a directory while \"$2\" is not"
  else
    [ -f "$whole" ] || fail "can't mount because \"$1\" is not a directory while \"$2\" is no file"
  fi
  exec 7< "$whole"
  find_opened 7
  [ "$opened" = "$whole" ] || fail "can't mount on \"$2\": it leads through a link, to \"$opened\""
  mount_or_fail --no-canonicalize --move -- "$place" /proc/self/fd/7
  exec 7<&-
}

# Makes the directories and the file that are missing of a path in a volume, name by name, and follows no link. Another
# pod that mounts in the same volume may make the same at the same time.
make_in_volume() {
  missing=${whole#/}
  made=
  cd / || fail "can't change to \"/\""
  while [ -n "$missing" ]; do
    name=${missing%%/*}
    case $missing in
      */*) missing=${missing#*/} ;;
      *) missing= ;;
    esac
    made=$made/$name
    if [ -z "$missing" ] && [ "$place" = "$pod/volume-file" ]; then
      # With -C this follows no link and empties no file. A failed redirection ends the subshell.
      (set -C && : > "./$name") 2> /dev/null || [ -f "./$name" ] || fail "can't create file \"$made\""
    else
      mkdir -p -- "./$name" || fail "can't create directory \"$made\""
      cd -P -- "./$name" && [ "$(pwd -P)" = "$made" ] || fail "can't mount on \"$made\": it leads through a link"
    fi
  done
  cd /
}

# open_without_links PATH DESCRIPTOR: opens a file or directory, and fails if a link led to it. Other processes may replace
# a part of the path by a link at any time. So check the kernel's path of the open file: that file is mounted, whatever
# the path leads to by then.
open_without_links() {
  [ -f "$1" ] || [ -d "$1" ] || fail "can't mount \"$1\": it is neither a file nor a directory"
  eval "exec $2< \"\$1\"" || fail "can't open \"$1\""
  find_opened "$2"
  [ "$opened" = "$1" ] || fail "can't mount \"$1\": it leads through a link, to \"$opened\""
}

# find_opened DESCRIPTOR: sets opened to the kernel's path of an open file or directory. For a directory the shell needs
# no other program.
find_opened() {
  opened=
  if [ -d "/proc/self/fd/$1" ]; then
    cd -P "/proc/self/fd/$1" && opened=$PWD
    cd / || fail "can't change to \"/\""
  else
    opened=$(readlink "/proc/$$/fd/$1")
  fi
}

# A remount makes only one mount read-only, so remount those below a recursive bind mount one by one.
make_submounts_read_only() {
  while read -r _ _ _ _ mount_point _; do
    # The kernel writes spaces and backslashes of paths as octal escapes.
    case $mount_point in
      *\\*) mount_point=$(printf '%bx' "$mount_point") && mount_point=${mount_point%x} ;;
    esac
    case $mount_point in
      "$1"/*) mount_or_fail -o remount,bind,ro -- "$mount_point" ;;
    esac
  done < /proc/self/mountinfo
}

# Mounts the root directory of the app. In the fly flavour, processes.sh finds the processes of the pod by its path.
mount_root() {
  cd "$app_directory" || fail "can't change to \"$app_directory\""
  [ -d rootfs ] || mkdir rootfs || fail "can't create \"$app_directory/rootfs\""
  if [ -d upper ]; then
    # Relative paths: that of the data directory may have commas or colons, which separate options.
    mount_or_fail -t overlay -o lowerdir=tree,upperdir=upper,workdir=work "rkt-$uuid" rootfs
  else
    mount_or_fail --bind rootfs rootfs
  fi
  cd /
}

mount_name_resolution() {
  case $resolv_mode in
    host) mount_volume /etc/resolv.conf /etc/resolv.conf true false ;;
    stage0) mount_volume "$pod/resolv.conf" /etc/resolv.conf true false ;;
  esac
  case $hosts_mode in
    host) mount_volume /etc/hosts /etc/hosts true false ;;
    stage0) mount_volume "$pod/hosts" /etc/hosts true false ;;
    default)
      resolve /etc/hosts
      case $resolved in
        # A link of the image leads there. In the fly flavour these are the host's.
        /dev/* | /proc/* | /sys/*) return ;;
      esac
      if [ ! -e "$root$resolved" ]; then
        mkdir -p "${root}${resolved%/*}" && echo '127.0.0.1 localhost localdomain' > "$root$resolved"
      fi
      ;;
  esac
}

# Fails, in rkt's words, if the working directory or the program of the app is missing.
check_app() {
  resolve "$app_work" && [ -d "$root$resolved" ] \
    || fail "can't change to working directory \"$app_work\": no such file or directory"
  go_quote "$app_program"
  case $app_program in
    /*)
      resolve "$app_program" && [ -e "$root$resolved" ] || fail "can't execute $quoted: no such file or directory"
      [ -f "$root$resolved" ] && [ -x "$root$resolved" ] || fail "can't execute $quoted: permission denied"
      ;;
  esac
}

# Mounts an empty /tmp, as rkt's own stage1 does.
mount_tmp() {
  make_target / /tmp
  mount_or_fail -t tmpfs -o mode=1777 tmpfs "$target"
}

set_hostname() {
  [ -z "$hostname" ] || printf '%s' "$hostname" > /proc/sys/kernel/hostname || fail "can't set host name \"$hostname\""
}
