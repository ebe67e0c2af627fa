# Prints the configuration in the file of the argument as it is handed to a plugin: as it stands there, and what it
# leaves open added. After json.awk. RKT_LEASES is where leases of addresses are kept.

BEGIN {
  if (!json_read(ARGV[1]) || !json_parse() || json[""] != "{") exit 1
  if (json_string("/ipam/type") == "host-local" && !("/ipam/dataDir" in json))
    add("/ipam", "\"dataDir\":" quote(ENVIRON["RKT_LEASES"]))
  # What says no version is of the first, says the specification.
  if (!("/cniVersion" in json)) add("", "\"cniVersion\":\"0.1.0\"")
  printf "%s", text
  exit 0
}

# Adds a member to the front of an object. Callers go from the back of the text to its front.
function add(path, member,    position) {
  position = json_start[path]
  text = substr(text, 1, position) member (json_count[path] > 0 ? "," : "") substr(text, position + 1)
}

function quote(value) {
  gsub(/[\\"]/, "\\\\&", value)
  return "\"" value "\""
}
