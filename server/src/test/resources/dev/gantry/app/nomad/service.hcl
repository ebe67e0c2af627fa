# accepted
# Services with each kind of check.
job "services" {
  datacenters = ["dc1"]

  update {
    canary       = 1
    max_parallel = 1
  }

  group "g" {
    task "db" {
      driver = "rkt"

      config {
        image = "example.com/db"

        port_map {
          db    = "5432-tcp"
          admin = "8080-tcp"
          rpc   = "9000-tcp"
        }
      }

      service {
        tags         = ["leader", "db"]
        canary_tags  = ["canary"]
        port         = "db"
        address_mode = "auto"

        check_restart {
          limit           = 3
          grace           = "90s"
          ignore_warnings = false
        }

        check {
          type     = "tcp"
          port     = "db"
          interval = "10s"
          timeout  = "2s"
        }

        check {
          type           = "script"
          name           = "tables"
          command        = "/bin/sh"
          args           = ["-c", "test -f ${NOMAD_TASK_DIR}/ready"]
          interval       = "60s"
          timeout        = "5s"
          initial_status = "passing"

          check_restart {
            limit           = 2
            ignore_warnings = true
          }
        }
      }

      service {
        name = "${JOB}-${TASK}-admin"
        port = "admin"

        check {
          name           = "plain"
          type           = "http"
          address_mode   = "host"
          path           = "/_healthz"
          interval       = "5s"
          timeout        = "2s"
          initial_status = ""

          header {
            Authorization = ["Basic ZzpnCg=="]
            Host          = ["admin.example.com"]
            X-Probe       = ["a", "b"]
          }
        }

        check {
          name            = "secure"
          type            = "http"
          protocol        = "https"
          tls_skip_verify = true
          method          = "POST"
          path            = "/_healthz"
          interval        = "5s"
          timeout         = "2s"
          initial_status  = "warning"
        }
      }

      service {
        name = "rpc"
        port = "rpc"

        check {
          type            = "grpc"
          grpc_service    = "example.Service"
          grpc_use_tls    = true
          tls_skip_verify = true
          interval        = "5s"
          timeout         = "2s"
        }
      }

      resources {
        network {
          port "db" {}

          port "admin" {}

          port "rpc" {}
        }
      }
    }
  }
}
