# refused: has no room for the logs of task "t", which may get 1000 MiB
job "j" {
  datacenters = ["dc1"]

  group "g" {
    ephemeral_disk {
      size = 500
    }

    task "t" {
      driver = "rkt"

      config {
        image = "example.com/t"
      }

      logs {
        max_files     = 10
        max_file_size = 100
      }
    }
  }
}
