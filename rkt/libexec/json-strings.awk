# Prints its arguments as the elements of a JSON array of strings, escaped.
#
# Run by:  enter.sh
# Input:   the arguments
BEGIN {
  for (code = 1; code < 32; code++) escapes[sprintf("%c", code)] = sprintf("\\u%04x", code)
  escapes["\""] = "\\\""
  escapes["\\"] = "\\\\"
  for (position = 1; position < ARGC; position++) {
    text = ""
    length_left = length(ARGV[position])
    for (at = 1; at <= length_left; at++) {
      character = substr(ARGV[position], at, 1)
      text = text (character in escapes ? escapes[character] : character)
    }
    printf "%s\"%s\"", (position > 1 ? "," : ""), text
  }
}
