variable "canaries" {
  type    = number
  default = null
}

variable "version" {
  type    = string
  default = "v1.22.3"
}

locals {
  parts = regex("v(?P<major>[0-9]+)\\.(?P<minor>[0-9]+)", var.version)
  count = 6
}

job "api" {
  datacenters = ["dc1"]

  meta {
    major = local.parts.major
    minor = local.parts.minor
  }

  group "api" {
    count = local.count

    update {
      max_parallel = ceil(local.count / 4)
      canary       = coalesce(var.canaries, 2)
      auto_promote = false
      auto_revert  = !false
    }

    migrate {
      max_parallel = min(local.count, 2)
    }

    spread {
      attribute = "${node.datacenter}"
      weight    = 100

      dynamic "target" {
        for_each = { dc1 = 60, dc2 = 40 }
        labels   = [target.key]
        content {
          percent = target.value
        }
      }
    }

    affinity {
      attribute = attr.kernel.name
      value     = "linux"
      weight    = 50
    }

    network {
      port "grpc" {
        to = 50051
      }
    }

    service {
      name        = "api"
      port        = "grpc"
      tags        = ["live"]
      canary_tags = ["canary"]

      check {
        type     = "tcp"
        interval = "${5 * 2}s"
        timeout  = "2s"

        check_restart {
          limit = 3
          grace = "1m"
        }
      }
    }

    task "api" {
      driver       = "rkt"
      kill_timeout = "30s"

      config {
        image = "docker://registry.example.com/api:${trimprefix(var.version, "v")}"

        port_map {
          grpc = "grpc"
        }
      }

      logs {
        max_files     = 3
        max_file_size = 5
      }
    }
  }
}
