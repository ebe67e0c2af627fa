# Reads the answer of a plugin to ADD (versions 0.1.0 to 1.0.0 of the specification). Prints "ADDRESS PREFIX", or "- -"
# if the answer has no address. Then prints the lines of a resolv.conf, if the answer has some. If the plugin failed,
# prints its message and ends with status 1.
#
# Run by:  network-up.sh and network.sh, after json.awk
# Input:   the file with the answer, as the argument

BEGIN {
  if (!json_read(ARGV[1])) {
    print json_fault
    exit 1
  }
  if (!json_parse()) {
    print (text ~ /[^ \n]/) ? text : "it said nothing"
    exit 1
  }
  if ("/code" in json) {
    details = json_string("/details")
    print json_string("/msg") (details == "" ? "" : "; " details)
    exit 1
  }
  address = json_string("/ip4/ip")
  for (i = 0; i < json_count["/ips"]; i++) {
    candidate = json_string("/ips/" i "/address")
    if (address == "" || (address ~ /:/ && candidate !~ /:/)) address = candidate
  }
  if (address == "") address = json_string("/ip6/ip")
  if (address !~ /^[0-9a-fA-F.:]+\/[0-9]+$/) address = "-/-"
  sub(/\//, " ", address)
  print address
  resolver("nameserver", "nameservers", "\n")
  if (word(json_string("/dns/domain"))) print "domain " json_string("/dns/domain")
  resolver("search", "search", " ")
  resolver("options", "options", " ")
  exit 0
}

# Prints a list of the answer: a line of the keyword for each element, or one line with all.
function resolver(keyword, member, separator,    i, line, value) {
  line = ""
  for (i = 0; i < json_count["/dns/" member]; i++) {
    value = json_string("/dns/" member "/" i)
    if (!word(value)) continue
    if (line == "") line = keyword " " value
    else line = line (separator == "\n" ? "\n" keyword " " : separator) value
  }
  if (line != "") print line
}

function word(value) {
  return value ~ /^[!-~]+$/
}
