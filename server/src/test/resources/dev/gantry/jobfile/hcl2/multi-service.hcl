locals {
  apps = {
    front = { image = "front:3", port = 8080, checks = ["/", "/ready"] }
    back  = { image = "back:9", port = 9000, checks = [] }
  }
}

job "pair" {
  datacenters = ["dc1"]

  group "pair" {
    network {
      dynamic "port" {
        for_each = local.apps
        labels   = [port.key]
        content {
          to = port.value.port
        }
      }
    }

    dynamic "service" {
      for_each = local.apps
      content {
        name = "pair-${service.key}"
        port = service.key
        task = service.key

        dynamic "check" {
          for_each = service.value.checks
          content {
            name     = "get ${check.value}"
            type     = "http"
            path     = check.value
            interval = "10s"
            timeout  = "1s"
          }
        }
      }
    }

    dynamic "task" {
      for_each = local.apps
      labels   = [task.key]
      content {
        driver = "rkt"
        config {
          image = "docker://registry.example.com/${task.value.image}"
        }
        env {
          PEERS = join(",", [for name in keys(local.apps) : "${name}.example.com" if name != task.key])
        }
      }
    }
  }
}
