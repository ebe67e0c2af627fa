# refused: region is not supported yet in a job block: take it out, or set it to "global"
job "j" {
  region      = "north"
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }
  }
}
