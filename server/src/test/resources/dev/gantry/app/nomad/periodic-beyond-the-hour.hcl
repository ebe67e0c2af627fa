# refused: periodic.cron
job "j" {
  datacenters = ["dc1"]
  type        = "batch"

  periodic {
    cron = "*/90 * * * *"
  }

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }
  }
}
