# Turns the output of iptables-save into the input of iptables-restore --noflush that removes all that belongs to a pod:
# rules whose comment names the pod, and the pod's own chains with the rules that lead to them. Prints nothing if there
# is none.
#
# Run by:  network.sh
# Input:   the output of iptables-save; of the environment RKT_POD, the UUID, and RKT_CHAINS, the names of the pod's
#          chains with a space before and after each

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

# A chain can be removed only when it is empty and no rule leads to it.
function own(chain) {
  chains = "-F " chain "\n" chains "-X " chain "\n"
}

function target(    i) {
  for (i = 3; i < NF; i++) if ($i == "-j") return $(i + 1)
  return ""
}
