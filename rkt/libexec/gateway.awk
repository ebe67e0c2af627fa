# Prints the address of the first router of a routing table.
#
# Run by:  metadata.sh
# Input:   /proc/net/route, where addresses are hexadecimal numbers of this machine; RKT_LITTLE of the environment, 1
#          where the lowest byte of a number comes first

# Bits 0 and 1 of the flags: the route is up, and leads to a router.
NR > 1 && $3 != "00000000" && index("37BF", substr($4, length($4))) {
  for (i = 1; i <= 4; i++) {
    at = (ENVIRON["RKT_LITTLE"] == 1) ? 9 - 2 * i : 2 * i - 1
    printf "%s%d", (i > 1 ? "." : ""), 16 * digit(substr($3, at, 1)) + digit(substr($3, at + 1, 1))
  }
  exit
}

function digit(character) {
  return index("0123456789ABCDEF", character) - 1
}
