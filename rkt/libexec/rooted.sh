# Paths inside of an image's root file system, `root`: what they lead to when that is the root directory. A symbolic
# link in an image never leads out of it.

# Sets `resolved` to the path, absolute inside of `root`, that the argument leads to; what does not exist is no link.
# Fails if that takes more links than the kernel would follow.
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

# Sets `image_env` to the path of the image's env(1), which sets what must not be set while programs of the host run;
# to nothing if the app has no such variables.
find_image_env() {
  image_env=
  [ -n "$app_loader_environment" ] || return 0
  for image_env in /usr/bin/env /bin/env; do
    resolve "$image_env" && [ -x "$root$resolved" ] && return 0
  done
  fail "can't set $app_loader_environment: only the image's own env may set variables of the dynamic loader," \
    'and it has neither /usr/bin/env nor /bin/env'
}
