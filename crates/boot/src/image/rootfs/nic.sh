#!/bin/sh
# One network card, from when it appears until it is pulled out: a link, then an address, whatever the others do.
. /etc/muster/console
nic=$1
here=$known/nic.$nic
mkdir "$here" 2>/dev/null || exit 0 # it is looked after already
export here
trap 'rm -rf "$here"' EXIT
boot_mac=$(cat $known/boot-mac)
[ -n "$boot_mac" ] && [ "$(cat "/sys/class/net/$nic/address")" = "$boot_mac" ] && is_boot_nic=1

there() { [ -e "/sys/class/net/$nic" ]; }
status() { note "nic.$nic/status" "$*"; }

# The network cards that muster.vlan= and ip= are for: the one that the machine was booted from, where that was said.
is_meant() { [ -n "$is_boot_nic" ] || [ -z "$boot_mac" ]; }

# What holds the address: the card, or the tagged network on it.
interface=$nic
ip link set "$nic" up
vlan=$(argument muster.vlan)
if is_meant && [ -n "$vlan" ]; then
  if ! echo "$vlan" | grep -qE '^[1-9][0-9]{0,3}$' || [ "$vlan" -gt 4094 ]; then
    fail "muster.vlan=$vlan is no number from 1 to 4094; $nic is used without a tag"
  elif ! { modprobe -q 8021q && ip link add link "$nic" name "$nic.$vlan" type vlan id "$vlan"; }; then
    fail "$nic can't be in VLAN $vlan: is 8021q in this image? It is used without a tag"
  else
    interface=$nic.$vlan
    ip link set "$interface" up
  fi
fi
note "nic.$nic/interface" "$interface"
# The routes of the card that the machine was booted from go first: the server knows the machine by that address.
METRIC=$((100 + $(cat "/sys/class/net/$nic/ifindex")))
if [ -n "$is_boot_nic" ]; then
  note boot-nic "$interface"
  METRIC=10
fi
export METRIC

# A switch may take half a minute until it forwards.
waited=0
until [ "$(cat "/sys/class/net/$nic/carrier" 2>/dev/null)" = 1 ]; do
  there || exit 0
  status "no link"
  waited=$((waited + 1))
  [ -z "$is_boot_nic" ] || [ $((waited % 60)) != 0 ] || fail "$nic has no link: is its cable in?"
  usleep 200000
  [ "$waited" -lt 50 ] || sleep 1
done

# ip=ADDRESS::GATEWAY:MASK:NAME:CARD:none:DNS:DNS, as the kernel itself would read it.
fixed() {
  said=$(argument ip)
  set -f
  IFS=:
  # shellcheck disable=SC2086
  set -- $said
  unset IFS
  case ${7:-none} in none | off | static) ;; *) return 1 ;; esac
  case $1 in *.*) ;; *) return 1 ;; esac
  if [ -n "$6" ]; then
    [ "$6" = "$nic" ] || return 1
  elif [ -z "$is_boot_nic" ]; then
    # Nobody said which: the first with a link, and no second.
    [ -z "$boot_mac" ] && mkdir $known/fixed 2>/dev/null || return 1
  fi
  prefix=$(ipcalc -p "$1" "${4:-255.255.255.0}" 2>/dev/null)
  if [ -z "$prefix" ] || ! ipcalc -n "${3:-$1}" >/dev/null 2>&1; then
    fail "ip=$said is no address: $nic asks DHCP for one"
    return 1
  fi
  ip=$1 mask=${prefix#PREFIX=} router=$3 hostname=$5 dns="$8 $9" interface=$interface /etc/muster/lease bound
}
if fixed; then
  while there; do sleep 5; done
  exit 0
fi

status "asks for an address"
while there; do
  udhcpc -f -i "$interface" -p "$here/udhcpc" -s /etc/muster/lease -t 5 -T 2 -A 3 >/dev/null 2>&1
  sleep 2
done
