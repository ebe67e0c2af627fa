# refused: iops is not supported yet in a resources block: take it out, or set it to "0"
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }

    resources {
      iops = 100
    }
  }
}
