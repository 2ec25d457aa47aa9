#!/bin/busybox sh
# What busybox's DHCP client is told to do with a lease.
case $1 in
  bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/$mask" dev "$interface"
    for server in $dns; do echo "nameserver $server"; done >/run/resolv.conf
    for gateway in $router; do ip route add default via "$gateway" dev "$interface"; done
    ;;
esac
