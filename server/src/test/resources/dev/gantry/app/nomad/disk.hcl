# accepted
# Data that stays on its node.
job "store" {
  datacenters = ["dc1"]

  group "g" {
    ephemeral_disk {
      migrate = true
      size    = "500"
      sticky  = true
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }
}
