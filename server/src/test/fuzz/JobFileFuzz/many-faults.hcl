variable "a" { type = lst(string) }
job "j" {
  a = @
  b = [1, 2
  c = "${1 +}"
  d = "open
  group "g" { e = 'x' f = upper( }
  g = <<END
  ${
  END
