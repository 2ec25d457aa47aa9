#!/bin/sh
# Drivers for the devices that are there, and for those that come. The listener is there first, so that none is missed.
/etc/muster/coldplug &
exec uevent /etc/muster/device
