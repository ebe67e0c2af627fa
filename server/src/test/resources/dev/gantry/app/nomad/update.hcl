# accepted
# A group that overrides what the job says of updates, and people who judge the health.
job "rolling" {
  datacenters = ["dc1"]

  update {
    max_parallel      = 2
    health_check      = "manual"
    min_healthy_time  = "10s"
    healthy_deadline  = "10m"
    progress_deadline = "10m"
    auto_revert       = true
    canary            = 1
    stagger           = "60s"
  }

  group "judged" {
    count = 3

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }

  group "checked" {
    count = 5

    update {
      max_parallel     = 3
      health_check     = "checks"
      min_healthy_time = "1s"
      healthy_deadline = "1m"
      auto_revert      = false
      canary           = 2
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }
}
