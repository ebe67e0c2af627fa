locals {
  a = [for x in range(3000) : [for y in range(3000) : y]]
  b = setproduct(range(500), range(500), range(500))
  c = replace(join("", [for x in range(9999) : "aaaaaaaaaa"]), "", "bbbbbbbbbb")
  d = format("%999d", pow(9, 999))
}
job "j" {
  meta { a = local.a }
}
