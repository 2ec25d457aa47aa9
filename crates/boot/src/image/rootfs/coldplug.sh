#!/bin/sh
# Every device says by which name its driver is found. Run twice it does nothing twice.
. /etc/muster/console

# Those whose name has this in it. Quotes and spaces may stand in such a name.
load_drivers() {
  find /sys/devices -name modalias -exec cat {} + 2>/dev/null | grep "$1" | sort -u | tr '\n' '\0' |
    xargs -0 -r -P 4 -n 16 modprobe -a -b -q
}
start_nics() {
  for nic in /sys/class/net/*; do
    [ ! -e "$nic/device" ] || /etc/muster/nic "${nic##*/}" >/dev/null 2>&1 &
  done
}

# Network cards (PCI's class 02) first: a disk controller may take a minute to look around.
load_drivers bc02
start_nics
# Buses show more devices once their drivers are there.
load_drivers ''
load_drivers ''
start_nics
# These answer to no device: disks' temperatures, the BMC's door, the firmware's variables.
modprobe -a -q drivetemp ipmi_devintf
if [ -d /sys/firmware/efi/efivars ] && ! grep -q ' /sys/firmware/efi/efivars ' /proc/mounts; then
  modprobe -q efivarfs
  mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs /sys/firmware/efi/efivars
fi
: >"$known/coldplugged"
ls -d /sys/class/net/*/device >/dev/null 2>&1 || fail "no network card was found: is its driver in this image?"
