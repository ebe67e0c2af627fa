#!/bin/sh
# Builds a small App Container Image out of what this machine has: a shell, some of the coreutils and an HTTP server in
# Perl, with the libraries that they need. Nothing is downloaded; any Debian has all of it (perl-base suffices).
#
#   make-aci.sh OUT.aci
#
# The image is example.com/hello and declares the TCP port "http" (8080). Its app listens on its first argument, PORT or
# ADDRESS:PORT, else on $NOMAD_PORT_http, else on 8080; it answers every request with who it is, writes a line per
# request to its standard output and ends with exit code 0 on SIGTERM.
set -eu

out=${1:?usage: make-aci.sh OUT.aci}
tools='cat date echo env false head hostname id ls mkdir pwd rm sleep tail touch true uname wc'

for need in perl ldd tar gzip; do
  command -v "$need" > /dev/null || { echo "make-aci.sh: this needs $need, which is not on PATH" >&2; exit 1; }
done
perl -MIO::Socket::INET -e 1 2> /dev/null || { echo "make-aci.sh: this needs IO::Socket::INET of Perl (Debian: perl-base)" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/rootfs

# Copies a file to the same path of the root file system, following links: what the image holds are plain files.
add() {
  [ -e "$root$1" ] && return 0
  mkdir -p "$root${1%/*}"
  cp -L "$1" "$root$1"
}

# Copies a program or library and, from what ldd tells, the libraries and the loader that it needs.
add_with_libraries() {
  add "$1"
  ldd "$1" 2> /dev/null | sed -n 's/.*=> \(\/[^ ]*\) (.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' > "$work/needed"
  while read -r library; do add "$library"; done < "$work/needed"
}

mkdir -p "$root/bin" "$root/etc" "$root/tmp" "$root/var/tmp"
chmod 1777 "$root/tmp" "$root/var/tmp"
echo 'root:x:0:0:root:/:/bin/sh' > "$root/etc/passwd"
echo 'nobody:x:65534:65534:nobody:/:/bin/false' >> "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
echo 'nogroup:x:65534:' >> "$root/etc/group"

add_with_libraries /bin/sh
perl=$(perl -e 'print $^X')
add_with_libraries "$perl"
for tool in $tools; do
  path=$(PATH=/bin:/usr/bin command -v "/bin/$tool" || PATH=/usr/bin:/bin command -v "/usr/bin/$tool") || continue
  add_with_libraries "$path"
done

# Perl itself knows best which files its modules are made of.
perl -MIO::Socket::INET -MDynaLoader -e 'print "$_\n" for grep { -f } values(%INC), @DynaLoader::dl_shared_objects' > "$work/perl"
while read -r file; do add_with_libraries "$file"; done < "$work/perl"

cat > "$root/hello.pl" <<'PERL'
use strict;
use warnings;
use IO::Socket::INET;

$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = $SIG{INT} = sub { print "stopping\n"; exit 0 };

my $listen = shift // $ENV{NOMAD_PORT_http} // 8080;
my ($address, $port) = $listen =~ /^(?:(.*):)?(\d+)$/ or die "neither PORT nor ADDRESS:PORT: $listen\n";
my $server = IO::Socket::INET->new(
    LocalAddr => $address // '0.0.0.0', LocalPort => $port, Proto => 'tcp', Listen => 64, ReuseAddr => 1)
    or die "can't listen on $listen: $@\n";

open(my $proc, '<', '/proc/sys/kernel/hostname') or die "no /proc: $!\n";
chomp(my $host = <$proc>);
my $who = join '', map { "$_->[0]: $_->[1]\n" } grep { defined $_->[1] }
    (['hostname', $host], ['app', $ENV{AC_APP_NAME}], ['allocation', $ENV{NOMAD_ALLOC_ID}],
     ['task', $ENV{NOMAD_TASK_NAME}], ['job', $ENV{NOMAD_JOB_NAME}]);
my $body = "Hello from a pod.\n$who";
print "listening on ", $server->sockhost, ":", $server->sockport, "\n";

while (1) {
    my $client = $server->accept or next;
    eval {
        local $SIG{ALRM} = sub { die "slow client\n" };
        alarm 5;
        my $request = <$client> // '';
        while (defined(my $line = <$client>)) { last if $line =~ /^\r?\n$/ }
        print {$client} "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ", length $body,
            "\r\nConnection: close\r\n\r\n", $body;
        $request =~ s/[^\x20-\x7e]//g;
        print $client->peerhost, " \"$request\" 200\n";
        alarm 0;
    };
    alarm 0;
    print "dropped a client: $@" if $@;
    close $client;
}
PERL

case $(uname -m) in
  x86_64) arch=amd64 ;;
  i?86) arch=i386 ;;
  aarch64) arch=aarch64 ;;
  armv7*) arch=armv7l ;;
  *) arch=$(uname -m) ;;
esac

cat > "$work/manifest" <<JSON
{
  "acKind": "ImageManifest",
  "acVersion": "0.8.11",
  "name": "example.com/hello",
  "labels": [
    {"name": "version", "value": "1.0.0"},
    {"name": "os", "value": "linux"},
    {"name": "arch", "value": "$arch"}
  ],
  "app": {
    "exec": ["$perl", "/hello.pl"],
    "user": "0",
    "group": "0",
    "ports": [{"name": "http", "protocol": "tcp", "port": 8080}]
  }
}
JSON

# The same machine makes the same image, byte by byte, every time; so it keeps its hash.
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/image.tar" manifest rootfs
gzip -n -6 < "$work/image.tar" > "$work/image.aci"
mkdir -p "$(dirname -- "$out")"
mv "$work/image.aci" "$out"
