#!/bin/busybox sh
# The initramfs of the stand-in: of the live system, and of the one that it installs. What it does, and in which order, is
# what dracut's modules in a CoreOS do.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run

say() { echo "stand-in: $*"; }
# A CoreOS stays in a shell here.
emergency() {
  say "emergency: $*"
  while :; do sleep 60; done
}
arguments=$(cat /proc/cmdline)
# The last value of an argument.
argument() {
  for word in $arguments; do
    case $word in "$1="*) value=${word#*=} ;; esac
  done
  echo "$value"
  value=
}

for module in $(cat /modules); do modprobe "$module" || say "no module $module"; done

card_of() {
  for card in /sys/class/net/*; do
    if [ "$(cat "$card/address")" = "$1" ]; then
      basename "$card"
      return
    fi
  done
}

# ifname=NAME:MAC, and BOOTIF=01-MAC as $boot: whether all of them are there.
find_cards() {
  for word in $arguments; do
    case $word in
      ifname=*)
        pair=${word#ifname=}
        card=$(card_of "${pair#*:}")
        [ -n "$card" ] || return 1
        [ "$card" = "${pair%%:*}" ] || ip link set "$card" name "${pair%%:*}"
        ;;
      BOOTIF=*)
        boot=$(card_of "$(echo "${word#BOOTIF=01-}" | tr - :)")
        [ -n "$boot" ] || return 1
        ;;
    esac
  done
}

lease() {
  say "asking for an address on $1"
  ip link set "$1" up
  udhcpc -i "$1" -q -n -t 10 -T 3 -s /bin/lease || say "no address on $1"
}

# ip=dhcp | ip=CARD:dhcp | ip=CARD:none | ip=ADDRESS::GATEWAY:MASK:HOST:CARD:none or …:dhcp; nameserver=ADDRESS
network() {
  for try in $(seq 100); do
    find_cards && break
    sleep 0.1
  done
  find_cards || emergency "a card is missing"
  for word in $arguments; do
    case $word in
      ip=dhcp) lease "$boot" ;;
      ip=*:*:*)
        IFS=: read -r address _ gateway mask _ card how <<WORDS
${word#ip=}
WORDS
        if [ "$how" = dhcp ]; then
          lease "$card"
          continue
        fi
        ip link set "$card" up
        # `ip` of busybox takes a mask of four numbers as well as a length.
        ip addr add "$address/$mask" dev "$card"
        [ -z "$gateway" ] || ip route add default via "$gateway"
        ;;
      ip=*:dhcp) card=${word#ip=}; lease "${card%%:*}" ;;
      nameserver=*) echo "nameserver ${word#nameserver=}" >>/run/resolv.conf ;;
    esac
  done
}

# Ignition runs in the root that it furnishes: there are the programs that it calls.
ignite() {
  mkdir -p /run/root
  mount --bind /root /run/root
  for name in dev proc sys run; do mount --rbind "/$name" "/root/$name"; done
  rm -f /root/etc/resolv.conf
  cp /run/resolv.conf /root/etc/resolv.conf
  for stage in fetch files; do
    chroot /root /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/libexec/ignition --platform="$1" --stage="$stage" --root=/run/root \
      --config-cache=/run/ignition.json --neednet=/run/neednet --log-to-stdout >/run/ignition.log 2>&1 || {
      tail -n 20 /run/ignition.log
      emergency "Ignition failed in its stage $stage"
    }
  done
  for name in dev proc sys run; do umount -l "/root/$name"; done
  umount -l /run/root
  say "Ignition has run"
}

# Whether there is such a file: asked with HEAD, for which busybox's own client takes GET.
is_there() {
  place=${1#http://}
  server=${place%%/*}
  printf 'HEAD /%s HTTP/1.0\r\nHost: %s\r\n\r\n' "${place#*/}" "$server" |
    nc "${server%%:*}" "${server##*:}" | head -n 1 | grep -q ' 200 '
}

live() {
  network
  url=$(argument coreos.live.rootfs_url)
  # The head first, as long as it takes; once more; then all of it.
  until is_there "$url"; do
    say "the root file system can't be had yet"
    sleep 5
  done
  is_there "$url"
  mkdir /live /lower /upper
  mount -t tmpfs -o size=80% tmpfs /live
  wget -q -O /live/rootfs.img "$url" || emergency "the root file system broke off"
  [ "$(tail -c 16 /live/rootfs.img)" = "$(cat /build)" ] || emergency "the root file system is of another build"
  mount -t ext4 -o ro,loop /live/rootfs.img /lower
  mount -t tmpfs -o size=50% tmpfs /upper
  mkdir /upper/data /upper/work
  mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /root
  mkdir -p /root/run/live
  mkdir -p /run/live
  mount --move /live /run/live
  [ -z "$(argument ignition.config.url)" ] || ignite metal
  if [ -n "$(argument coreos.inst.install_dev)" ]; then
    ln -sf /usr/lib/systemd/system/coreos-installer.target /root/etc/systemd/system/default.target
  fi
}

installed() {
  for try in $(seq 100); do
    device=$(findfs LABEL=node-root) && boot_device=$(findfs LABEL=NODEBOOT) && break
    sleep 0.1
  done
  mount -t ext4 "$device" /root || emergency "there is no root file system"
  mount -t vfat "$boot_device" /root/boot || emergency "there is no /boot"
  if [ -e /root/boot/ignition.firstboot ]; then
    say "the first boot from the disk"
    arguments="$arguments $(cat /root/boot/ignition.firstboot)"
    network
    export IGNITION_CONFIG_FILE=/boot/ignition/config.ign
    ignite file
    rm -r /root/boot/ignition.firstboot /root/boot/ignition
  fi
  umount /root/boot
}

if [ -n "$(argument coreos.live.rootfs_url)" ]; then live; else installed; fi
for name in dev proc sys run; do mount --move "/$name" "/root/$name"; done
exec switch_root /root /sbin/init
