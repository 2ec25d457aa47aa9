#!/bin/sh
# One network card: waits for its cable, then asks for an address, for ever.
. /etc/muster/console
nic=$1
boot_nic=$(cat /run/muster/boot-nic 2>/dev/null)

if [ "$nic" = "$boot_nic" ]; then
  # Its routes go first: the server knows this machine by the address that it had when it was booted.
  export METRIC=10
elif [ -n "$boot_nic" ]; then
  waited=0
  until [ -e "/run/muster/lease.$boot_nic" ] || [ "$waited" -ge 20 ]; do
    sleep 1
    waited=$((waited + 1))
  done
fi

# A switch may take half a minute until it forwards.
waited=0
until [ "$(cat "/sys/class/net/$nic/carrier" 2>/dev/null)" = 1 ]; do
  waited=$((waited + 1))
  [ "$nic" != "$boot_nic" ] || [ $((waited % 30)) != 0 ] || say "$nic has no link since $waited seconds"
  usleep 200000
  [ "$waited" -lt 50 ] || sleep 1
done

while :; do
  udhcpc -f -i "$nic" -s /etc/muster/lease -t 5 -T 2 -A 3 >/dev/null 2>&1
  sleep 2
done
