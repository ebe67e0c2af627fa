# accepted
# A job at times of its own.
job "nightly" {
  datacenters = ["dc1"]
  type        = "batch"

  periodic {
    enabled          = true
    cron             = "*/15 * * * * *"
    prohibit_overlap = true
    time_zone        = "America/New_York"
  }

  task "report" {
    driver = "rkt"

    config {
      image = "example.com/report"
    }
  }
}
