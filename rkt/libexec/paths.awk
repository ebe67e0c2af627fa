# Prints the data directory that configuration files of the kind "paths" name: of several, the one of the last file.
# Ends with status 1 and a message at the first file that can't be used. Settings.java reads the same.
#
# Run by:  flags.sh, after json.awk
# Input:   the files, as arguments, those of one directory in sequence; a pattern that no file matched is skipped

BEGIN {
  for (i = 1; i < ARGC; i++) {
    if (ARGV[i] ~ /\*\.json$/) continue
    if (!json_read(ARGV[i]) || !json_parse()) refuse(ARGV[i], json_fault)
    if (json[""] != "{") refuse(ARGV[i], "it is no JSON object")
    if (json_string("/rktKind") != "paths") refuse(ARGV[i], "rktKind must be \"paths\"")
    if (json_string("/rktVersion") != "v1") refuse(ARGV[i], "rktVersion must be \"v1\"")
    if (("/data" in json) && json["/data"] !~ /^"/) refuse(ARGV[i], "data must be a text")
    data = json_string("/data")
    if (data == "") continue
    if (data !~ /^\//) refuse(ARGV[i], "data must be an absolute path")
    directory = ARGV[i]
    sub(/[^\/]*$/, "", directory)
    if (directory in seen) refuse(ARGV[i], "another file of its directory sets data too")
    seen[directory] = 1
    found = data
  }
  print found
  exit 0
}

function refuse(file, reason) {
  print "invalid configuration file \"" file "\": " reason
  exit 1
}
