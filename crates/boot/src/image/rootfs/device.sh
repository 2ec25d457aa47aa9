#!/bin/sh
# What uevent calls for each message of the kernel. It waits for nothing, since the next message waits for it.
. /etc/muster/console
case $ACTION:$SUBSYSTEM in
add:net)
  [ ! -e "/sys/class/net/$INTERFACE/device" ] || /etc/muster/nic "$INTERFACE" >/dev/null 2>&1 &
  ;;
remove:net) kill "$(cat "$known/nic.$INTERFACE/udhcpc" 2>/dev/null)" 2>/dev/null ;;
add:*) [ -z "$MODALIAS" ] || modprobe -b -q "$MODALIAS" >/dev/null 2>&1 & ;;
esac
