#!/bin/sh
# Once, at the start, and quick: devices and their drivers come afterwards. No disk is mounted, no swap used, no array
# assembled.
. /etc/muster/console
mkdir -p $known
consoles >$known/consoles
# A line that the kernel does not speak on has its own speed.
grep -qw ttyS0 /sys/class/tty/console/active || stty -F /dev/ttyS0 115200 2>/dev/null

# BOOTIF=01-52-54-00-aa-bb-01: the card that the machine was booted from.
mac=$(argument BOOTIF | cut -d- -f2- | tr 'A-F-' 'a-f:')
note boot-mac "$mac"
hostname "muster-$(echo "${mac:-unknown}" | tr ':' '-')"
note now "starting"
say "discovery system, kernel $(uname -r), server $(argument muster.server)"

# The kernel's chatter would wipe the screen away; errors still come through.
dmesg -n 4
# A machine that nobody watches must come back by itself.
[ "$(cat /proc/sys/kernel/panic)" != 0 ] || echo 60 >/proc/sys/kernel/panic
# Several cards in one network: each answers for its own address.
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce
ip link set lo up
# The power button's events, before the one who listens to them starts.
modprobe -a -q evdev button
