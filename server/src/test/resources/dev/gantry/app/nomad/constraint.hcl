# accepted
# Each operator, at each place.
job "choosy" {
  datacenters = ["dc1"]

  constraint {
    operator = "distinct_hosts"
    value    = "true"
  }

  constraint {
    attribute = "${attr.os.name}"
    value     = "debian"
  }

  group "g" {
    constraint {
      distinct_property = "${meta.rack}"
    }

    constraint {
      operator  = "distinct_property"
      attribute = "${meta.row}"
      value     = "2"
    }

    constraint {
      attribute = "${attr.kernel.version}"
      operator  = "version"
      value     = "> 3.19, < 7"
    }

    constraint {
      attribute = "${attr.driver.rkt.version}"
      version   = ">= 1.25"
    }

    task "t" {
      driver = "rkt"

      constraint {
        attribute    = "${meta.cached}"
        set_contains = "redis,nginx"
      }

      constraint {
        attribute = "${meta.shelf}"
        operator  = "regexp"
        value     = "^[a-f][0-9]$"
      }

      constraint {
        attribute = "${meta.disks}"
        operator  = ">="
        value     = "3"
      }

      config {
        image = "example.com/t"
      }
    }
  }
}
