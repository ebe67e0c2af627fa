# Prints the interface of the most specific route to an IPv4 address.
#
# Run by:  network-up.sh
# Input:   /proc/net/route, where addresses are hexadecimal numbers of this machine; of the environment RKT_ADDRESS, the
#          address, and RKT_LITTLE, 1 where the lowest byte of a number comes first

BEGIN {
  split(ENVIRON["RKT_ADDRESS"], address, ".")
  longest = -1
}

# Bit 0 of the flags: the route is up.
NR > 1 && index("13579BDF", substr($4, length($4))) {
  bits = 0
  for (i = 1; i <= 4 && bits >= 0; i++) {
    kept = byte($8, i)
    if (address[i] - address[i] % (256 - kept) == byte($2, i)) bits += ones(kept)
    else bits = -1
  }
  if (bits > longest) {
    longest = bits
    interface = $1
  }
}

END {
  if (longest >= 0) print interface
}

# Returns byte 1 to 4 of an address, in the order in which people write them.
function byte(number, position,    at) {
  at = (ENVIRON["RKT_LITTLE"] == 1) ? 9 - 2 * position : 2 * position - 1
  return 16 * digit(substr(number, at, 1)) + digit(substr(number, at + 1, 1))
}

function digit(character) {
  return index("0123456789ABCDEF", character) - 1
}

# Returns how many bits of a byte of a mask are set.
function ones(value,    count) {
  for (count = 0; value >= 128; count++) value = (value - 128) * 2
  return count
}
