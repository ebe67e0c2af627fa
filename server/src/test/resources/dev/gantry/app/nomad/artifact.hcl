# refused: artifact is not supported yet in a task block: take it out
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }

    artifact {
      source      = "https://example.com/data.tar.gz"
      destination = "local/data"
      mode        = "any"

      options {
        checksum = "md5:d41d8cd98f00b204e9800998ecf8427e"
      }
    }
  }
}
