#!/bin/sh
# Once, at the start: drivers, then the network. No disk is mounted, no swap used, no array assembled.
. /etc/muster/console
set -f

say "discovery system, kernel $(uname -r), server $(argument muster.server)"

# Every device says by which name its driver is found. Buses show more devices once their drivers are there.
load_drivers() {
  find /sys/devices -name modalias -exec cat {} + 2>/dev/null | sort -u | xargs -r -P 4 -n 32 modprobe -a -b -q
}
load_drivers
load_drivers
# These answer to no device: disks' temperatures, the BMC's door, the power button's events, the firmware's variables.
modprobe -a -q drivetemp ipmi_devintf evdev button
if [ -d /sys/firmware/efi/efivars ]; then
  modprobe -q efivarfs
  mount -t efivarfs -o ro,nosuid,nodev,noexec efivarfs /sys/firmware/efi/efivars
fi

# BOOTIF=01-52-54-00-aa-bb-01: the card that the machine was booted from.
mac=$(argument BOOTIF | cut -d- -f2- | tr 'A-F-' 'a-f:')
hostname "muster-$(echo "${mac:-unknown}" | tr ':' '-')"

mkdir -p /run/muster
ip link set lo up
set +f
for nic in /sys/class/net/*; do
  [ -e "$nic/device" ] || continue
  if [ "$(cat "$nic/address")" = "$mac" ]; then
    echo "${nic##*/}" >/run/muster/boot-nic
  fi
done
count=0
for nic in /sys/class/net/*; do
  [ -e "$nic/device" ] || continue
  ip link set "${nic##*/}" up
  count=$((count + 1))
  METRIC=$((100 + count)) /etc/muster/nic "${nic##*/}" &
done
[ "$count" -gt 0 ] || say "no network card was found: is its driver in this image?"
