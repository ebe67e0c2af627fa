job "greeter" {
  datacenters = ["dc1"]

  constraint {
    attribute = "${driver.rkt.version}"
    operator  = ">"
    value     = "1.2"
  }

  group "web" {
    count = 2

    task "http" {
      driver = "rkt"
      config {
        image = "/srv/gantry/hello.aci"
        args  = ["${NOMAD_PORT_http}"]
        net   = ["host"]
      }
      service {
        name = "greeter"
        port = "http"
      }
      resources {
        cpu    = 100 # MHz
        memory = 64  # MiB
        network {
          port "http" {}
        }
      }
    }
  }
}
