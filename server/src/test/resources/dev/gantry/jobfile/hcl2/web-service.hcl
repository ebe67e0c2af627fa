# A web service: the network and the service stand in the group, as since Nomad 0.12.
variable "image_tag" {
  type        = string
  default     = "2.4.58"
  description = "Tag of the httpd image"
}

variable "replicas" {
  type    = number
  default = 3

  validation {
    condition     = var.replicas >= 1 && var.replicas <= 50
    error_message = "Between 1 and 50 replicas."
  }
}

variable "datacenters" {
  type    = list(string)
  default = ["dc*"]
}

locals {
  service_name = "web-frontend"
  tags         = ["env=prod", "version=${var.image_tag}"]
}

job "web" {
  datacenters = var.datacenters
  type        = "service"

  update {
    max_parallel     = 1
    min_healthy_time = "10s"
    healthy_deadline = "3m"
    auto_revert      = true
  }

  group "httpd" {
    count = var.replicas

    network {
      port "http" {
        to = 80
      }

      port "admin" {
        static = 9901
        to     = 9901
      }
    }

    service {
      name     = local.service_name
      port     = "http"
      tags     = local.tags
      provider = "nomad"

      check {
        type     = "http"
        path     = "/"
        interval = "10s"
        timeout  = "2s"
      }
    }

    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    task "server" {
      driver = "rkt"

      config {
        image = "docker://httpd:${var.image_tag}"
      }

      env {
        LISTEN  = "${NOMAD_ADDR_http}"
        PROFILE = var.replicas > 1 ? "clustered" : "single"
      }

      resources {
        cpu    = 200
        memory = 128
      }
    }
  }
}
