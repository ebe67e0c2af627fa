# Lists configurations of networks, a line each: NAME|TYPE|IPAM|MASQUERADE|FILE. Ends with status 1 and a message at the
# first file that is not a configuration, since such a file may have been meant for any network.
#
# Run by:  network-plan.sh, after json.awk
# Input:   the files, as arguments

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

# Returns a name that is safe in a list (networks) and as the name of a file (plugins).
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
