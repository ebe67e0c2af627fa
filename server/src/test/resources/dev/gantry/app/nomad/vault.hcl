# refused: vault is not supported yet in a task block: take it out
job "j" {
  datacenters = ["dc1"]

  task "t" {
    driver = "rkt"

    config {
      image = "example.com/t"
    }

    vault {
      policies      = ["db-reader"]
      change_mode   = "signal"
      change_signal = "SIGHUP"
    }
  }
}
