#!/bin/sh
# What udhcpc calls when an address comes, stays or goes. It has checked what the server sent; nothing here is expanded twice.
. /etc/muster/console
lease=$known/lease.$interface

case $1 in
deconfig)
  rm -f "$lease" "$known/dns.$interface"
  ip -4 address flush dev "$interface"
  ip link set "$interface" up
  exit 0
  ;;
leasefail)
  echo "no DHCP server answers" >"$here/status"
  # Of the card that the machine was booted from it is worth a word; the others may well lead nowhere.
  [ "$interface" != "$(cat $known/boot-nic 2>/dev/null)" ] || [ -e "$here/said" ] || fail "no DHCP server answers on $interface"
  touch "$here/said"
  exit 0
  ;;
bound | renew) ;;
*) exit 0 ;;
esac

mask=${mask:-24}
metric=${METRIC:-200}
if ! ip -4 address show dev "$interface" | grep -qF " $ip/$mask "; then
  ip -4 address flush dev "$interface"
  ip -4 address add "$ip/$mask" dev "$interface"
  # Of several cards in one network the one that the machine was booted from speaks. The kernel's own route says nothing of
  # that: the one with a metric comes in its place.
  network=$(ipcalc -n "$ip/$mask")
  network=${network#NETWORK=}/$mask
  ip route add "$network" dev "$interface" src "$ip" metric "$metric" && ip route del "$network" dev "$interface"
fi
gateway=${router%% *}
if [ -n "$gateway" ]; then
  ip -4 route replace default via "$gateway" dev "$interface" metric "$metric" || {
    ip -4 route add "$gateway" dev "$interface" metric "$metric"
    ip -4 route replace default via "$gateway" dev "$interface" metric "$metric"
  }
fi

{
  [ -z "$domain" ] || echo "search $domain"
  for server in $dns; do
    echo "nameserver $server"
  done
} >"$known/dns.$interface"
# The card that the machine was booted from is asked first.
boot_nic=$(cat $known/boot-nic 2>/dev/null)
{
  cat "$known/dns.$boot_nic" 2>/dev/null
  for file in "$known"/dns.*; do
    [ "$file" = "$known/dns.$boot_nic" ] || cat "$file"
  done
} >"/etc/resolv.conf.$$"
mv "/etc/resolv.conf.$$" /etc/resolv.conf

if [ -n "$hostname" ] && { [ -z "$boot_nic" ] || [ "$interface" = "$boot_nic" ]; }; then
  hostname "$hostname"
fi
rm -f "$here/said"
if [ ! -e "$lease" ]; then
  say "$interface has the address $ip"
  echo "$ip" >"$lease"
fi
