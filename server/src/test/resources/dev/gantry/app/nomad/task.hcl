# accepted
# Tasks that end together, with everything that a task has besides services.
job "work" {
  datacenters = ["dc1"]

  group "g" {
    task "main" {
      driver         = "rkt"
      user           = "nobody"
      leader         = true
      kill_signal    = "SIGINT"
      kill_timeout   = "22s"
      shutdown_delay = "11s"

      config {
        image   = "example.com/work:2"
        command = "/bin/work"
        args    = ["--version", 1.10, "--serial", 9007199254740993, "--verbose", true]
      }

      env {
        "discovery.type" = "single-node"
        WORKERS          = 4
        DEBUG            = true
        NODE             = "${node.unique.name}"
      }

      meta {
        "my-key" = "my-value"
      }

      logs {
        max_files     = 14
        max_file_size = 101
      }

      resources {
        cpu    = 500
        memory = 256
        iops   = 0
      }
    }

    task "shipper" {
      driver = "rkt"

      config {
        image = "example.com/shipper"
      }
    }
  }
}
