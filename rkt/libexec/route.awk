# Prints the interface of the most special route to the IPv4 address in RKT_ADDRESS. The argument is /proc/net/route,
# where addresses are hexadecimal numbers of this machine: RKT_LITTLE is 1 where the lowest byte of a number comes first.

BEGIN {
  split(ENVIRON["RKT_ADDRESS"], address, ".")
  longest = -1
}

# Bit 0 of the flags says that the route is up.
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

# The byte of an address, from 1 to 4, in the order in which people write them.
function byte(number, position,    at) {
  at = (ENVIRON["RKT_LITTLE"] == 1) ? 9 - 2 * position : 2 * position - 1
  return 16 * digit(substr(number, at, 1)) + digit(substr(number, at + 1, 1))
}

function digit(character) {
  return index("0123456789ABCDEF", character) - 1
}

# How many bits a byte of a mask has.
function ones(value,    count) {
  for (count = 0; value >= 128; count++) value = (value - 128) * 2
  return count
}
