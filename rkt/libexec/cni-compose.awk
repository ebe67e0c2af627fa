# Prints the configuration of a network as a plugin gets it: the text of the file, and defaults for what it leaves open.
#
# Run by:  network-up.sh, after json.awk
# Input:   the file, as the argument; RKT_LEASES of the environment, the directory for leases of addresses

BEGIN {
  if (!json_read(ARGV[1]) || !json_parse() || json[""] != "{") exit 1
  if (json_string("/ipam/type") == "host-local" && !("/ipam/dataDir" in json))
    add("/ipam", "\"dataDir\":" quote(ENVIRON["RKT_LEASES"]))
  # The specification: a configuration without a version has the first version.
  if (!("/cniVersion" in json)) add("", "\"cniVersion\":\"0.1.0\"")
  printf "%s", text
  exit 0
}

# Adds a member to the front of an object. Callers add from the back of the text to its front: positions stay right.
function add(path, member,    position) {
  position = json_start[path]
  text = substr(text, 1, position) member (json_count[path] > 0 ? "," : "") substr(text, position + 1)
}

function quote(value) {
  gsub(/[\\"]/, "\\\\&", value)
  return "\"" value "\""
}
