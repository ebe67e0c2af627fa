# One group for each queue, made by a dynamic block with labels.
variable "queues" {
  type = map(object({
    workers = number
    memory  = optional(number, 256)
  }))
  default = {
    mail   = { workers = 2 }
    images = { workers = 4, memory = 1024 }
  }
}

job "workers" {
  datacenters = ["dc1"]

  dynamic "group" {
    for_each = var.queues
    iterator = queue
    labels   = ["worker-${queue.key}"]

    content {
      count = queue.value.workers

      task "consume" {
        driver = "rkt"

        config {
          image = "docker://registry.example.com/worker:7"
          args  = ["--queue", queue.key, "--parallel", queue.value.workers]
        }

        resources {
          cpu    = 100 * queue.value.workers
          memory = queue.value.memory
        }
      }
    }
  }
}
