# refused: "exec" is no known driver; known drivers: rkt
job "j" {
  datacenters = ["dc1"]
  type        = "batch"

  task "uptime" {
    driver = "exec"

    config {
      command = "uptime"
    }
  }
}
