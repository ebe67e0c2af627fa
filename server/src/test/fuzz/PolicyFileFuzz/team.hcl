description = "x"
job "team-a-*" {
  policy = "write"
  deny = ["root"]
}
job "*" { capabilities = ["list"] }
node { policy = "read" }
operator { policy = "deny" }
