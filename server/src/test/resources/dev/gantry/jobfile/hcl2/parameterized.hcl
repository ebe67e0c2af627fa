variable "formats" {
  type    = set(string)
  default = ["png", "webp", "png"]
}

job "convert" {
  type = "batch"

  parameterized {
    payload       = "required"
    meta_required = ["width"]
    meta_optional = [for f in sort(tolist(var.formats)) : "quality_${f}"]
  }

  group "convert" {
    task "convert" {
      driver = "rkt"

      config {
        image = "docker://registry.example.com/convert:1"
        args  = concat(["--width=$${NOMAD_META_width}"], [for f in tolist(var.formats) : "--format=${f}"])
      }

      dispatch_payload {
        file = "input.bin"
      }
    }
  }
}
