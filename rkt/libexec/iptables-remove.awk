# Turns the output of iptables-save into the input of iptables-restore --noflush that removes all that belongs to a pod:
# rules of which the comment names it, and chains of its own with what leads to them. Prints nothing if there is none.
# RKT_POD is the pod's UUID, RKT_CHAINS names its chains, with a space before and after each.

/^\*/ {
  table = $0
  removals = ""
  chains = ""
  split("", in_chain)
}

/^:/ {
  chain = substr($1, 2)
  if (index(ENVIRON["RKT_CHAINS"], " " chain " ")) own(chain)
}

/^-A / {
  if (index(ENVIRON["RKT_CHAINS"], " " $2 " ")) next
  if (index($0, ENVIRON["RKT_POD"]) || index(ENVIRON["RKT_CHAINS"], " " target() " "))
    removals = removals "-D" substr($0, 3) "\n"
}

/^COMMIT/ && (removals != "" || chains != "") {
  printf "%s\n%s%sCOMMIT\n", table, removals, chains
}

# A chain goes when it is empty and nothing leads to it.
function own(chain) {
  chains = "-F " chain "\n" chains "-X " chain "\n"
}

function target(    i) {
  for (i = 3; i < NF; i++) if ($i == "-j") return $(i + 1)
  return ""
}
