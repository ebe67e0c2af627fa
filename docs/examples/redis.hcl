# A Redis from a docker image, reachable at port 12345 of the node it is placed on.
job "redis" {
  datacenters = ["dc1"]

  # The driver's attributes can be named without "attr." before them.
  constraint {
    attribute = "${driver.rkt.version}"
    operator  = ">"
    value     = "1.2"
  }

  task "redis" {
    driver = "rkt"

    config {
      image = "docker://redis:3.2"

      # The image exposes 6379; rkt calls that port 6379-tcp.
      port_map {
        db = "6379-tcp"
      }
    }

    service {
      port = "db"
    }

    resources {
      cpu    = 500 # MHz
      memory = 256 # MiB

      network {
        mbits = 10

        port "db" {
          static = 12345
        }
      }
    }
  }
}
