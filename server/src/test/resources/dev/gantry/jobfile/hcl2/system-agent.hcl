locals {
  exclude = ["legacy", "gpu"]
  labels = {
    for name in ["team", "owner"] : name => format("platform-%s", name)
  }
}

job "node-agent" {
  type        = "system"
  datacenters = ["*"]

  dynamic "constraint" {
    for_each = local.exclude

    content {
      attribute = "${node.class}"
      operator  = "!="
      value     = constraint.value
    }
  }

  meta = merge(local.labels, { version = "1.10" })

  group "agent" {
    task "agent" {
      driver = "rkt"
      user   = "root"

      config {
        image = "docker://prom/node-exporter:v1.8.1"
        args  = [for k, v in { "web.listen-address" = "$${NOMAD_ADDR_metrics}", "log.level" = "warn" } : "--${k}=${v}"]
      }

      resources {
        network {
          mbits = 5
          port "metrics" {
            static = 9100
          }
        }
      }
    }
  }
}
