# rkt list [--full] [--no-legend] [--format=json|json-pretty]: prints the pods.
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh
full=false
legend=true
format=
command_flag() {
  case $1 in
    full | no-legend) kind=bool ;;
    format) kind=value ;;
  esac
}
set_flag() {
  case $1 in
    full) full=$2 ;;
    no-legend) if $2; then legend=false; else legend=true; fi ;;
    format) read_format "$2" ;;
  esac
}
. "$libexec/flags.sh"
. "$libexec/pods.sh"
. "$libexec/pod-status.sh"

tab=$(printf '\t')

# Calls the function for every pod, ordered by UUID, except embryos and garbage that never ran.
for_each_listed_pod() {
  for listed in "$data_dir/pods/prepare"/* "$data_dir/pods/prepared"/* "$data_dir/pods/run"/* \
    "$data_dir/pods/exited-garbage"/*; do
    [ ! -d "$listed" ] || printf '%s\n' "${listed##*/} ${listed%/*}"
  done | LC_ALL=C sort | while read -r listed_uuid listed_place; do
    # Another command may have moved the pod in between.
    [ -d "$listed_place/$listed_uuid" ] || continue
    use_pod "$listed_place/$listed_uuid"
    "$1"
  done
}

list_json() {
  json=$(for_each_listed_pod print_json_element)
  if [ -z "$json" ]; then
    # Go prints a nil slice as null.
    echo null
  else
    printf '[%s]\n' "${json#,}"
  fi
}

print_json_element() {
  printf ,
  print_status_json
}

# format_age NANOSECONDS: sets time to how long ago that was, for people.
format_age() {
  age=$((now - ${1%?????????}))
  if [ "$age" -lt 1 ]; then
    time=now
    return
  fi
  for unit in 60:1:second 3600:60:minute 86400:3600:hour 604800:86400:day 2592000:604800:week \
    31104000:2592000:month 999999999999:31104000:year; do
    if [ "$age" -lt "${unit%%:*}" ]; then
      unit=${unit#*:}
      amount=$((age / ${unit%%:*}))
      time="$amount ${unit#*:}"
      [ "$amount" -eq 1 ] || time=${time}s
      time="$time ago"
      return
    fi
  done
}

format_column_time() {
  if $full; then format_time "$1"; else format_age "$1"; fi
}

print_rows() {
  read_state
  read_times
  read_apps
  networks=
  [ "$state" != running ] || read_networks text
  format_column_time "$created"
  created_column=$time
  started_column=
  if [ -n "$started" ]; then
    format_column_time "$started"
    started_column=$time
  fi
  uuid_column=$uuid
  $full || uuid_column=${uuid%"${uuid#????????}"}
  if [ -z "$apps" ]; then
    print_row "$uuid_column" - - - "$state" "$created_column" "$started_column" "$networks"
  fi
  while IFS= read -r app; do
    [ -n "$app" ] || continue
    { read -r _ && read -r _ && IFS= read -r image_name && IFS= read -r image_id; } < "$pod/app/$app/status"
    image_id=${image_id%"${image_id#???????????????????}"}
    print_row "$uuid_column" "$app" "$image_name" "$image_id" "$state" "$created_column" "$started_column" \
      "$networks"
    uuid_column= state= created_column= started_column= networks=
  done << APPS
$apps
APPS
}

# print_row UUID APP IMAGE_NAME IMAGE_ID STATE CREATED STARTED NETWORKS
print_row() {
  if $full; then
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$@"
  else
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$5" "$6" "$7" "$8"
  fi
}

list_table() {
  if $legend; then
    if $full; then
      printf 'UUID\tAPP\tIMAGE NAME\tIMAGE ID\tSTATE\tCREATED\tSTARTED\tNETWORKS\n'
    else
      printf 'UUID\tAPP\tIMAGE NAME\tSTATE\tCREATED\tSTARTED\tNETWORKS\n'
    fi
  fi
  for_each_listed_pod print_rows
}

# Aligns columns that are separated by one tab as Go's tabwriter does: the width of a column is the next multiple of 8
# above its widest cell, and cells are padded with tabs.
align() {
  rows=$1
  widths=
  while IFS= read -r row; do
    row_widths=$widths
    widths=
    while [ "${row#*"$tab"}" != "$row" ]; do
      cell=${row%%"$tab"*}
      row=${row#*"$tab"}
      width=${row_widths%% *}
      row_widths=${row_widths#"$width"}
      row_widths=${row_widths# }
      [ "${width:-0}" -ge "${#cell}" ] || width=${#cell}
      widths="$widths${widths:+ }${width:-0}"
    done
    widths="$widths${row_widths:+ $row_widths}"
  done << ROWS
$rows
ROWS
  while IFS= read -r row; do
    row_widths=$widths
    while [ "${row#*"$tab"}" != "$row" ]; do
      cell=${row%%"$tab"*}
      row=${row#*"$tab"}
      width=$(((${row_widths%% *} / 8 + 1) * 8))
      row_widths=${row_widths#* }
      printf '%s' "$cell"
      position=${#cell}
      while [ "$position" -lt "$width" ]; do
        printf '\t'
        position=$(((position / 8 + 1) * 8))
      done
    done
    printf '%s\n' "$row"
  done << ROWS
$rows
ROWS
}

case $format in
  json) list_json | tr -d '\n' && echo ;;
  json-pretty)
    . "$libexec/java.sh"
    list_json | run_java json-pretty
    ;;
  *)
    now=$(date +%s)
    table=$(list_table)
    [ -z "$table" ] || align "$table"
    ;;
esac
