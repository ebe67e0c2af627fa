# refused: cpu must be a whole number of 20 or more, not 10
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }

    resources {
      cpu = 10
    }
  }
}
