# refused: beside unlimited is ambiguous
job "j" {
  datacenters = ["dc1"]

  reschedule {
    unlimited = true
    delay     = "30s"
  }

  group "g" {
    reschedule {
      attempts = 3
      interval = "1h"
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }
    }
  }
}
