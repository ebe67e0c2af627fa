# accepted
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }

    template {
      data        = "port = {{ env \"NOMAD_PORT_http\" }}"
      destination = "local/t.conf"
      change_mode = "restart"
      perms       = "640"
      splay       = "5s"
    }
  }
}
