host_volumes {
  allow     = ["/srv/*", "/var/lib/app-data"]
  read_only = ["/etc/ssl/certs"]
}
host_network     = false
root             = false
users            = ["1000-1999"]
groups           = ["1000-1999"]
raw_capabilities = false
insecure_images  = false
image_sources    = ["docker://registry.example.com/team", "https://images.example.com", "example.com/team", "/srv/images"]
