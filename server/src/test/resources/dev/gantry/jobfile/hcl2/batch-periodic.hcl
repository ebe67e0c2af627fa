variables {
  hour     = 3
  weekdays = [1, 3, 5]
}

job "nightly" {
  type = "batch"

  periodic {
    cron             = "0 ${var.hour} * * ${join(",", var.weekdays)}"
    prohibit_overlap = true
    time_zone        = "Europe/Berlin"
  }

  group "dump" {
    reschedule {
      attempts  = 3
      interval  = "1h"
      unlimited = false
    }

    task "dump" {
      driver = "rkt"

      config {
        image = "docker://postgres:16"
        exec  = "/bin/sh"
        args = [
          "-c",
          <<-SCRIPT
            set -e
            %{ for schema in ["public", "audit"] ~}
            pg_dump --schema=${schema} "$${DATABASE}" > "$${NOMAD_ALLOC_DIR}/${schema}.sql"
            %{ endfor ~}
          SCRIPT
        ]
      }

      env {
        DATABASE = "${var.jobs/nightly.url}"
      }
    }
  }
}
