# accepted
# What people have when they begin with a template that names every default.
job "begun" {
  region      = "global"
  datacenters = ["dc1"]
  type        = "service"
  priority    = 50
  all_at_once = false

  update {
    max_parallel      = 1
    min_healthy_time  = "10s"
    healthy_deadline  = "3m"
    progress_deadline = "10m"
    auto_revert       = false
    canary            = 0
    stagger           = "30s"
  }

  migrate {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "10s"
    healthy_deadline = "5m"
  }

  group "cache" {
    count = 1

    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    ephemeral_disk {
      size = 300
    }

    task "redis" {
      driver = "rkt"
      leader = false

      config {
        image = "example.com/redis"

        port_map {
          db = "6379-tcp"
        }
      }

      resources {
        cpu    = 500
        memory = 256

        network {
          mbits = 10

          port "db" {}
        }
      }

      service {
        name = "redis-cache"
        tags = ["global", "cache"]
        port = "db"

        check {
          name     = "alive"
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
        }
      }
    }
  }
}
