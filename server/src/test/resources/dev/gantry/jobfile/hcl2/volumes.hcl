# Repeated blocks of the driver's config, made by dynamic blocks and a map of objects.
variable "mounts" {
  type = map(object({
    source   = string
    readonly = bool
  }))
  default = {
    "/etc/app" = { source = "/srv/app/etc", readonly = true }
    "/var/app" = { source = "/srv/app/var", readonly = false }
  }
}

job "stateful" {
  datacenters = ["dc1"]

  constraint {
    attribute = "${meta.disk}"
    operator  = "="
    value     = "ssd"
  }

  group "db" {
    task "db" {
      driver = "rkt"

      config {
        image   = "docker://postgres:16"
        volumes = [for target, m in var.mounts : "${m.source}:${target}${m.readonly ? ":ro" : ""}"]

        dns_servers = [for i in range(1, 3) : cidrhost("10.0.0.0/24", i)]
      }

      env {
        SETTINGS = jsonencode({ shared_buffers = "${512 / 4}MB", ssl = true })
        SEED     = base64encode("a:b")
      }

      resources {
        cpu    = max(500, 2 * 300)
        memory = pow(2, 10)
      }
    }
  }
}
