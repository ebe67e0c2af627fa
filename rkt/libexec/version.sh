# rkt version: prints the compatible versions in the lines of rkt, then this runtime's own version and flavour.
#
# Sourced by: bin/rkt
# Needs:      home, libexec, command and $@ of bin/rkt; common.sh; the file architectures
command_flag() { :; }
set_flag() { :; }
. "$libexec/flags.sh"

machine=$(uname -m)
architecture=$machine
while read -r kernel_name go_name; do
  if [ "$kernel_name" = "$machine" ]; then architecture=$go_name; fi
done < "$libexec/architectures"

release=unbuilt
{ IFS= read -r release < "$home/target/classes/rkt-release"; } 2> /dev/null

flavor=fly
! command -v crun > /dev/null || flavor=crun

echo "rkt Version: 1.30.0
appc Version: 0.8.11
Go Version: none
Go OS/Arch: linux/$architecture
Features: -TPM -SDJOURNAL
Implementation: Gantry rkt $release ($flavor)"
