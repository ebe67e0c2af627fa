# rkt trust: keys can't be trusted yet, and nothing may look as if they were.
command_flag() {
  case $1 in
    insecure-allow-http | root | skip-fingerprint-review) kind=bool ;;
    prefix) kind=value ;;
  esac
}
set_flag() { :; }
. "$libexec/flags.sh"
fail 'this rkt does not verify signatures yet, so it has no keys to trust; run verified images with rkt 1.30, or' \
  'unverified ones with --insecure-options=image'
