# Lists configurations of networks, a line each: NAME|TYPE|IPAM|MASQUERADE|FILE. After json.awk; the files are the
# arguments. Ends with status 1 and a message at the first that is none: what it was meant to configure is not known.

BEGIN {
  for (i = 1; i < ARGC; i++) {
    if (!json_read(ARGV[i]) || !json_parse()) refuse(ARGV[i], json_fault)
    if (json[""] != "{") refuse(ARGV[i], "it is no JSON object")
    name = plain(ARGV[i], "/name", "")
    type = plain(ARGV[i], "/type", "")
    ipam = plain(ARGV[i], "/ipam/type", "-")
    masquerade = (json["/ipMasq"] == "true") ? "true" : "false"
    print name "|" type "|" ipam "|" masquerade "|" ARGV[i]
  }
  exit 0
}

# Names of networks are in lists, names of plugins are names of files.
function plain(file, path, fallback,    value) {
  value = json_string(path)
  if (value == "" && fallback != "") return fallback
  if (value !~ /^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
    refuse(file, "\"" substr(path, 2) "\" must be letters, digits, \"_\", \".\" and \"-\"; it is \"" value "\"")
  return value
}

function refuse(file, reason) {
  print "error loading " file ": " reason
  exit 1
}
