# Resolves paths inside the root file system of an image, as if this were the root directory. So a symbolic link in an
# image never leads out of the image.
#
# Sourced by: stage1.sh and enter.sh
# Needs:      common.sh; root, the directory; app_loader_environment of the app's file "launch" for find_image_env
# Defines:    resolve PATH (sets resolved), find_image_env (sets image_env), export_variables (sets env_options)

# resolve PATH: sets resolved to the absolute path inside of root that the argument leads to. Names that don't exist are
# kept. Fails if the path has more links than the kernel would follow.
resolve() {
  resolved=
  unresolved=$1
  links=0
  while [ -n "$unresolved" ]; do
    component=${unresolved%%/*}
    case $unresolved in
      */*) unresolved=${unresolved#*/} ;;
      *) unresolved= ;;
    esac
    case $component in
      '' | .) ;;
      ..) resolved=${resolved%/*} ;;
      *)
        if [ -L "$root$resolved/$component" ]; then
          links=$((links + 1))
          [ "$links" -le 40 ] || return 1
          link=$(readlink -n "$root$resolved/$component" && echo x)
          link=${link%x}
          case $link in
            /*) resolved= ;;
          esac
          unresolved=$link/$unresolved
        else
          resolved=$resolved/$component
        fi
        ;;
    esac
  done
}

# Exports the app's variables that must not stand on the command line of env(1), which all users can read, and sets
# env_options, words quoted for eval: the options by which env(1) removes all other variables of this process.
export_variables() {
  env_options=-i
  # Pods of an older version have no such variables.
  [ -n "${app_exported-}" ] || return 0
  eval "export $app_exported"
  env_options=$(awk -v kept=" $app_exported_names " 'BEGIN {
    for (name in ENVIRON) {
      if (name != "" && index(kept, " " name " ") == 0) {
        count = split(name, parts, "\047")
        words = parts[1]
        for (i = 2; i <= count; i++) words = words "\047\\\047\047" parts[i]
        printf " -u \047%s\047", words
      }
    }
  }')
}

# Sets image_env to the path of the image's env(1), which sets the variables that must not be set while programs of the
# host run; to nothing if the app has no such variables. Fails if the image has no env(1).
find_image_env() {
  image_env=
  [ -n "$app_loader_environment" ] || return 0
  for image_env in /usr/bin/env /bin/env; do
    resolve "$image_env" && [ -x "$root$resolved" ] && return 0
  done
  fail "can't set $app_loader_environment: only the image's own env may set variables of the dynamic loader," \
    'and it has neither /usr/bin/env nor /bin/env'
}
