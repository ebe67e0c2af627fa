# Reads JSON (RFC 8259) with nothing but awk, for parts of the launcher that start no JVM. Used with a second program:
# awk -f json.awk -f PROGRAM. Run with LC_ALL=C, so that a character is a byte.
#
# Run by:  flags.sh with paths.awk; network-plan.sh with cni-list.awk; network-up.sh with cni-compose.awk and
#          cni-result.awk; network.sh with cni-result.awk
# Defines: json_read(file)    reads a file into text, or sets json_fault to why it can't be read; returns success
#          json_parse()       parses text; returns success, or sets json_fault. Fills the arrays below, whose keys are
#                             paths: members and indexes, each after a slash, such as "/ipam/ranges/0"
#          json[path]         the value as it stands in the text: strings in their quotes, objects as "{", lists as "["
#          json_start[path]   the position of its first character
#          json_count[path]   how many members an object has, or how many elements a list
#          json_string(path)  the string at the path, its escapes resolved but for \u; "" if there is none

function json_read(file,    line, status, lines) {
  text = ""
  json_fault = ""
  lines = 0
  while ((status = getline line < file) > 0) {
    text = text line "\n"
    if (++lines > 20000) {
      json_fault = "it has more than 20000 lines"
      break
    }
  }
  if (status < 0) json_fault = "it can't be read"
  close(file)
  return json_fault == ""
}

function json_parse() {
  split("", json)
  split("", json_start)
  split("", json_count)
  json_fault = ""
  at = 1
  json_value("", 0)
  if (json_fault == "" && at <= length(text)) json_fail("nothing more")
  return json_fault == ""
}

function json_string(path,    value) {
  value = json[path]
  if (substr(value, 1, 1) != "\"") return ""
  return json_unescape(substr(value, 2, length(value) - 2))
}

# Reads a value, and the white space on both sides of it.
function json_value(path, depth,    first) {
  if (depth > 64) {
    json_fail("less depth")
    return
  }
  json_space()
  json_start[path] = at
  first = substr(text, at, 1)
  if (first == "{") json_object(path, depth)
  else if (first == "[") json_list(path, depth)
  else if (first == "\"") json[path] = json_token(JSON_STRING, "a string")
  else if (first == "t" || first == "f" || first == "n") json[path] = json_token("^(true|false|null)", "a value")
  else json[path] = json_token("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?", "a value")
  json_space()
}

function json_object(path, depth,    name) {
  json[path] = "{"
  json_count[path] = 0
  at++
  json_space()
  while (json_fault == "" && substr(text, at, 1) != "}") {
    if (json_count[path]++ > 0) {
      json_expect(",")
      json_space()
    }
    name = json_token(JSON_STRING, "a name")
    json_space()
    json_expect(":")
    if (json_fault == "") json_value(path "/" json_unescape(substr(name, 2, length(name) - 2)), depth + 1)
  }
  at++
}

function json_list(path, depth) {
  json[path] = "["
  json_count[path] = 0
  at++
  json_space()
  while (json_fault == "" && substr(text, at, 1) != "]") {
    if (json_count[path] > 0) json_expect(",")
    if (json_fault == "") json_value(path "/" json_count[path]++, depth + 1)
  }
  at++
}

function json_space() {
  while (substr(text, at, 1) ~ /[ \t\r\n]/) at++
}

function json_expect(character) {
  if (substr(text, at, 1) == character) at++
  else json_fail("\"" character "\"")
}

function json_token(pattern, what,    rest) {
  rest = substr(text, at)
  if (!match(rest, pattern)) {
    json_fail(what)
    return ""
  }
  at += RLENGTH
  return substr(rest, 1, RLENGTH)
}

function json_fail(expected,    before) {
  if (json_fault != "") return
  before = substr(text, 1, at - 1)
  json_fault = "line " (gsub(/\n/, "\n", before) + 1) " is no JSON: " expected " expected"
}

function json_unescape(escaped,    plain, position, character) {
  if (index(escaped, "\\") == 0) return escaped
  plain = ""
  while ((position = index(escaped, "\\")) > 0) {
    plain = plain substr(escaped, 1, position - 1)
    character = substr(escaped, position + 1, 1)
    if (character == "n") plain = plain "\n"
    else if (character == "t") plain = plain "\t"
    else if (character == "u") plain = plain "\\u"
    else if (character !~ /[bfr]/) plain = plain character
    escaped = substr(escaped, position + 2)
  }
  return plain escaped
}

BEGIN {
  JSON_STRING = "^\"([^\"\\\\\001-\037]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F])*\""
}
