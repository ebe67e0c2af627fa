# accepted
# A job with each key of the job itself.
job "shop/front" {
  region      = "global"
  namespace   = "default"
  name        = "The shop's front"
  datacenters = ["dc1", "dc2"]
  type        = "service"
  priority    = 70
  all_at_once = true
  vault_token = ""

  constraint {
    attribute = "${attr.kernel.name}"
    value     = "linux"
  }

  meta {
    owner     = "shop"
    "on-call" = 24
  }

  migrate {
    max_parallel     = 2
    health_check     = "task_states"
    min_healthy_time = "11s"
    healthy_deadline = "11m"
  }

  reschedule {
    delay     = "30s"
    unlimited = true
  }

  update {
    max_parallel = 2
    stagger      = "1m"
  }

  group "pages" {
    count = 2

    task "nginx" {
      driver = "rkt"

      config {
        image = "example.com/nginx:1.15"
      }

      resources {
        memory = 128
      }
    }
  }

  task "alone" {
    driver = "rkt"

    config {
      image = "example.com/alone"
    }
  }
}
