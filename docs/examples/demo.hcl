# One small web server, on a node whose rkt is new enough.
job "hello" {
  datacenters = ["dc1"]

  constraint {
    attribute = "${driver.rkt.version}"
    operator  = ">"
    value     = "1.2"
  }

  group "web" {
    task "http" {
      driver = "rkt"

      config {
        # Each node says with --meta images=DIR where its images are.
        image = "${meta.images}/hello.aci"
        net   = ["host"]
      }

      resources {
        cpu    = 100 # MHz
        memory = 64  # MiB

        network {
          port "http" {} # any free one; the task finds it in $NOMAD_PORT_http
        }
      }

      service {
        name = "hello"
        port = "http"
      }
    }
  }
}
