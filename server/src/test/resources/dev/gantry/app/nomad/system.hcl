# accepted
# A job that runs everywhere and is updated node by node.
job "agent" {
  datacenters = ["dc1"]
  type        = "system"

  update {
    max_parallel = 1
    stagger      = "30s"
  }

  task "agent" {
    driver = "rkt"

    config {
      image = "example.com/agent"
    }
  }
}
