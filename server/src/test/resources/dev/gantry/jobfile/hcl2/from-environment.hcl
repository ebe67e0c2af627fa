variable "region" {
  type = string
}

variable "limits" {
  type = object({ cpu = number, memory = number })
}

variable "debug" {
  type    = bool
  default = false
}

job "report" {
  name        = title("report ${var.region}")
  datacenters = [for n in range(2) : "${var.region}-${n + 1}"]

  group "report" {
    task "report" {
      driver = "rkt"

      config {
        image = "docker://registry.example.com/report:1"
        args  = compact(["--region=${var.region}", var.debug ? "--debug" : ""])
      }

      resources {
        cpu    = var.limits.cpu
        memory = var.limits["memory"]
      }
    }
  }
}
