# refused: address_mode is not supported yet in a service block: take it out, or set it to "", or set it to "auto", or set it to "host"
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
      net   = ["overlay"]
    }

    service {
      name         = "direct"
      address_mode = "driver"
    }
  }
}
