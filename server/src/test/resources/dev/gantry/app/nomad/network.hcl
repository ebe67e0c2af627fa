# accepted
# Two tasks with ports of the same labels.
job "ports" {
  datacenters = ["dc1"]

  group "g" {
    task "one" {
      driver = "rkt"

      config {
        image = "example.com/one"

        port_map {
          http         = "8080-tcp"
          "8080_extra" = "8081-tcp"
          lb           = "6539-tcp"
        }
      }

      resources {
        network {
          mbits = "20"

          port "http" {}

          port "8080_extra" {}

          port "lb" {
            static = 6539
          }
        }
      }
    }

    task "two" {
      driver = "rkt"

      config {
        image = "example.com/two"

        port_map {
          http = "8080-tcp"
        }
      }

      resources {
        network {
          port "http" {}
        }
      }
    }
  }
}
