#!/bin/sh
# What udhcpc calls when an address comes, stays or goes. It has checked what the server sent; nothing here is expanded twice.
. /etc/muster/console

case $1 in
deconfig)
  rm -f "/run/muster/lease.$interface" "/run/muster/dns.$interface"
  ip -4 address flush dev "$interface"
  ip link set "$interface" up
  exit 0
  ;;
bound | renew) ;;
*) exit 0 ;;
esac

if ! ip -4 address show dev "$interface" | grep -qF " $ip/"; then
  ip -4 address flush dev "$interface"
  ip -4 address add "$ip/${mask:-24}" dev "$interface"
fi
gateway=${router%% *}
if [ -n "$gateway" ]; then
  ip -4 route replace default via "$gateway" dev "$interface" metric "${METRIC:-200}"
fi

{
  [ -z "$domain" ] || echo "search $domain"
  for server in $dns; do
    echo "nameserver $server"
  done
} >"/run/muster/dns.$interface"
# The card that the machine was booted from is asked first.
boot_nic=$(cat /run/muster/boot-nic 2>/dev/null)
{
  cat "/run/muster/dns.$boot_nic" 2>/dev/null
  for file in /run/muster/dns.*; do
    [ "$file" = "/run/muster/dns.$boot_nic" ] || cat "$file"
  done
} >/etc/resolv.conf.new
mv /etc/resolv.conf.new /etc/resolv.conf

if [ -n "$hostname" ] && { [ -z "$boot_nic" ] || [ "$interface" = "$boot_nic" ]; }; then
  hostname "$hostname"
fi
if [ ! -e "/run/muster/lease.$interface" ]; then
  say "$interface has the address $ip"
  echo "$ip" >"/run/muster/lease.$interface"
fi
