# accepted
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

    artifact {
      source      = "git::https://example.com/team/repository.git//config"
      destination = "local/repository"

      options {
        ref   = "v1.2.0"
        depth = 1
      }
    }

    artifact {
      source = "https://example.com/archive"

      options {
        archive = "zip"
        token   = "passed-on"
      }
    }
  }
}
