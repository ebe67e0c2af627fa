# accepted
# What happens after failures.
job "careful" {
  datacenters = ["dc1"]

  group "limited" {
    restart {
      attempts = 3
      delay    = "30s"
      interval = "10m"
      mode     = "delay"
    }

    reschedule {
      attempts       = 5
      interval       = "12h"
      delay          = "30s"
      delay_function = "fibonacci"
      max_delay      = "2h"
      unlimited      = false
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }

  group "never" {
    restart {
      attempts = 0
      mode     = "fail"
    }

    reschedule {
      attempts  = 0
      unlimited = false
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }
}
