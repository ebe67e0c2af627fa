variable "image" {
  type        = string
  default     = "docker://nginx:1.27"
  description = "An image as rkt names it: docker://NAME:TAG, NAME:VERSION, or the path of an .aci file."
}

variable "count" {
  type    = number
  default = 1

  validation {
    condition     = var.count >= 0 && var.count <= 10
    error_message = "This example runs at most 10 instances."
  }
}

job "example" {
  type = "service"

  datacenters = ["*"]

  update {
    max_parallel     = 1
    min_healthy_time = "10s"
    healthy_deadline = "5m"
    auto_revert      = true
  }

  group "web" {
    count = var.count

    network {
      port "http" {
        to = 80
      }
    }

    service {
      name = "example"
      port = "http"

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
        image = var.image

        insecure_options = ["image"]
      }

      env {
        DATACENTER = "${node.datacenter}"
      }

      resources {
        cpu    = 100
        memory = 128
      }
    }
  }
}
