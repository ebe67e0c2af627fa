# Three instances of a web server, no two on one node, each at a free port that the node chooses.
job "web" {
  type     = "service"
  priority = 60

  constraint {
    distinct_hosts = true
  }

  meta {
    team = "storefront"
  }

  group "front" {
    count = 3

    constraint {
      attribute = "${attr.kernel.name}"
      value     = "linux"
    }

    constraint {
      attribute = "${driver.rkt.version}"
      version   = ">= 1.27, < 2"
    }

    task "server" {
      driver = "rkt"
      user   = "www-data"

      config {
        image        = "example.com/web:1.4.2"
        trust_prefix = "example.com/web"
        command      = "/usr/bin/web"

        # Filled in on the node, when the task starts.
        args = [
          "-bind", "${NOMAD_PORT_http}",
          "-datacenter", "${nomad.datacenter}",
          "-greeting", "${GREETING}",
        ]

        net         = ["default"]
        dns_servers = ["host"]
        volumes     = ["/srv/assets:/assets:readOnly", "cache:/var/cache/web"]

        port_map {
          http = "http"
        }
      }

      env {
        GREETING = "hello from ${NOMAD_META_team}"
        WORKERS  = 4
      }

      service {
        name = "web"
        port = "http"
        tags = ["public", "v1"]
      }

      resources {
        cpu    = 250
        memory = 128

        network {
          port "http" {}
        }
      }
    }
  }
}
