# A job: a web server in rkt, at a free port of each node.
#
#   gantry job validate example.hcl
#   gantry job run example.hcl
#
# docs/job-file.md describes every key.

# Set it with --var image=…, --var-file FILE or GANTRY_VAR_image.
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
  # "service" runs until it is stopped, "batch" until its tasks have ended, "system" once on every node.
  type = "service"

  # Where it may run. * stands for any characters.
  datacenters = ["*"]

  # A new version replaces one instance after the other, and is taken back if it does not become healthy.
  update {
    max_parallel     = 1
    min_healthy_time = "10s"
    healthy_deadline = "5m"
    auto_revert      = true
  }

  # The tasks of a group run together on one node.
  group "web" {
    count = var.count

    # Each port gets a number of the node, which tasks see as NOMAD_PORT_http. "to" is the port that the image listens on:
    # images of Docker call it 80-tcp in rkt.
    network {
      port "http" {
        to = 80
      }
    }

    # Others find the instances by: gantry service info example
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

    # How often a task that has ended is restarted on its node.
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

        # An image of Docker has no signature that rkt could verify.
        insecure_options = ["image"]
      }

      # ${…} of names that this file does not define is filled in on the node.
      env {
        DATACENTER = "${node.datacenter}"
      }

      resources {
        cpu    = 100 # MHz
        memory = 128 # MiB
      }
    }
  }
}
