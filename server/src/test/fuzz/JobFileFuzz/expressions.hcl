variable "a" {
  type    = map(list(string))
  default = { x = ["1", "2"] }
  validation {
    condition     = length(var.a) > 0
    error_message = "none"
  }
}
locals {
  b = { for k, v in var.a : k => [for i, s in v : "${i}-${upper(s)}" if s != "3"] }
  c = local.b["x"][*] == ["0-1"] ? 1 + 2 * -3 : !true || false
}
job "j" {
  meta {
    d = "%{ for x in ["a"] ~} ${x} %{ else }%{ endfor }$${e} %%{f}"
    g = <<-END
      %{ if local.c }${format("%-5s|%05.2f|%x", "a", 1.5, 255)}%{ endif }
      END
    h = try(jsondecode(jsonencode(local.b)).x[0], cidrsubnet("10.0.0.0/8", 8, 1), regex("(a+)+", "aa"))
    i = "${var.jobs/web.key}-${attr.kernel.name}-${env["A"]}"
  }
  dynamic "group" {
    for_each = range(2)
    iterator = it
    labels   = ["g${it.key}"]
    content {
      network { port "p" { to = 80 } }
      service { port = "p" }
      task "t" { driver = "rkt" }
    }
  }
}
