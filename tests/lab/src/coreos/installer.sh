#!/bin/bash
# The stand-in for coreos-installer as its service calls it: it believes any answer of 200, asks again where that may help, and
# writes the disk.
set -euo pipefail

argument() { tr ' ' '\n' </proc/cmdline | sed -n "s|^$1=||p" | tail -n 1; }
device=$(argument coreos.inst.install_dev)
url=$(argument coreos.inst.ignition_url)
mkdir -p /run/installer

while :; do
  status=$(curl --silent --show-error --output /run/installer/config.ign --write-out '%{http_code}' "$url" || true)
  case $status in
    200) break ;;
    000 | 408 | 429 | 500 | 502 | 503 | 504) echo "Error fetching '$url': $status; retrying in 5 s" ;;
    *)
      echo "Error: fetching '$url': HTTP status client error ($status)"
      exit 1
      ;;
  esac
  sleep 5
done

udevadm settle
target=$(readlink -e "$device") || {
  echo "Error: $device: No such file or directory"
  exit 1
}
echo "Installing the stand-in to $device ($target)"
step=$((16 << 20))
boot=/usr/lib/stand-in/boot.img
root=/run/live/rootfs.img
total=$(($(stat -c %s "$boot") + $(stat -c %s "$root")))
written=0
for part in "$boot" "$root"; do
  size=$(stat -c %s "$part")
  for ((at = 0; at < size; at += step)); do
    dd if="$part" of="$target" bs=1M skip=$((at >> 20)) seek=$((written >> 20)) count=16 conv=notrunc,fdatasync status=none
    written=$((written + (size - at < step ? size - at : step)))
    echo "> Read disk $((written >> 20)).0 MiB/$((total >> 20)).0 MiB ($((written * 100 / total))%)"
  done
done
# udev looks into what was written as soon as it is closed, and holds the disk while it does.
for ((tries = 100; tries > 0; tries--)); do
  udevadm settle
  blockdev --rereadpt "$target" 2>/run/installer/reread && break
  sleep 0.2
done
((tries)) || {
  cat /run/installer/reread
  exit 1
}
udevadm settle
mkdir -p /run/installer/boot
mount "$(lsblk --noheadings --raw --output PATH "$target" | sed -n 2p)" /run/installer/boot
mkdir /run/installer/boot/ignition
cp /run/installer/config.ign /run/installer/boot/ignition/config.ign
# The network's arguments are forwarded to the first boot.
tr ' ' '\n' </proc/cmdline | grep -E '^(ip|ifname|rd\.route|bootdev|BOOTIF|nameserver|rd\.peerdns|vlan|bond|team|bridge|rd\.net\.timeout\.carrier|net\.ifnames)=' |
  tr '\n' ' ' >/run/installer/boot/ignition.firstboot
# The consoles of its settings become the installed kernel's.
consoles=$(sed -n 's/^- "\(.*\)"$/console=\1/p' /etc/coreos/installer.d/*.yaml | tr '\n' ' ')
[[ -z $consoles ]] || sed -i "s|console=[^ ]* *||g; s|^APPEND |&$consoles|" /run/installer/boot/syslinux.cfg
umount /run/installer/boot
echo "Install complete."
