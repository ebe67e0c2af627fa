# A prestart task, a sidecar and a main task; the port of the group is the main task's.
job "shop" {
  datacenters = ["dc1", "dc2"]
  priority    = 40 + 30

  group "shop" {
    count = 2

    network {
      mode = "host"
      port "http" {}
    }

    task "migrate" {
      driver = "rkt"
      lifecycle {
        hook    = "prestart"
        sidecar = false
      }
      config {
        image = "docker://registry.example.com/shop:${local.release}"
        args  = ["migrate", "--to", local.release]
      }
    }

    task "shop" {
      driver = "rkt"
      leader = true
      config {
        image = "docker://registry.example.com/shop:${local.release}"
        args  = ["serve", "--port", "${NOMAD_PORT_http}"]
      }
    }

    task "logs" {
      driver = "rkt"
      lifecycle {
        hook    = "prestart"
        sidecar = true
      }
      config {
        image = "docker://fluent/fluent-bit:3.0"
      }
      env = { for key in ["A", "B"] : "OUT_${key}" => lower(key) }
    }

    service {
      port = "http"
      task = "shop"
      tags = concat(["public"], [for dc in ["dc1", "dc2"] : "dc-${dc}"])

      check {
        type     = "tcp"
        interval = "5s"
        timeout  = "1s"
      }
    }
  }
}

locals {
  release = trimprefix("v5.2.0", "v")
}
