job "a" {
  meta {
    x = <<-E
      y
      E
  }
}
