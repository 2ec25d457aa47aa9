#!/bin/busybox sh
# The first program: what must be there before anything else, then busybox's init with /etc/inittab.
/bin/busybox mount -t proc -o nosuid,nodev,noexec proc /proc
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid devtmpfs /dev
mount -t tmpfs -o nosuid,nodev,mode=0755,size=16m tmpfs /run
mount -t tmpfs -o nosuid,nodev,size=25% tmpfs /tmp
ln -s /proc/self/fd /dev/fd
exec init
