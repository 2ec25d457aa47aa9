# Is this the disk that was agreed to, and does it carry nothing but what was agreed to? Everything here reads. How it ends
# decides: after a failure the installer is not started.
refuse() {
  say "NOT INSTALLED: $1"
  say "every disk is as it was; arm this machine again when that is settled"
  word disk-checked 1 '' <<<"$1"
  exit 1
}

# One blank between two words, none around them, nothing that can't be printed.
plain() {
  local parts
  IFS=$' \t\n' read -r -d '' -a parts < <(tr --complement '[:print:]' ' ')
  echo "${parts[*]}"
}

by_id='' serial='' wwn='' size_bytes='' agreed=()
while IFS= read -r line; do
  case $line in
    by-id=*) by_id=${line#*=} ;;
    serial=*) serial=$(plain <<<"${line#*=}") ;;
    wwn=*) wwn=$(plain <<<"${line#*=}") ;;
    size-bytes=*) size_bytes=${line#*=} ;;
    carries=*) agreed+=("${line#*=}") ;;
  esac
done </etc/muster-install/disk
[[ $by_id && $size_bytes && $serial$wwn ]] || refuse "/etc/muster-install/disk does not say which disk was agreed to"
device=/dev/disk/by-id/$by_id

# The last one counts, as for the installer.
read -r -a arguments </proc/cmdline
told=''
for argument in "${arguments[@]}"; do
  [[ $argument == coreos.inst.install_dev=* ]] && told=${argument#*=}
done
[[ $told == "$device" ]] || refuse "the installer is to write ${told:-no disk}, and $device was agreed to"

# Controllers with many disks take their time.
for ((tries = 60; tries > 0; tries--)); do
  udevadm settle --timeout=10
  [[ -e $device ]] && break
  sleep 1
done
[[ -e $device ]] || refuse "there is no $device: the disk is not in this machine, or does not answer"
path=$(readlink --canonicalize-existing "$device")
disk=${path##*/}
at=/sys/block/$disk
[[ $path == "/dev/$disk" && -d $at ]] || refuse "$device leads to ${path:-nothing}, which is no whole disk"
[[ $(ls --almost-all "$at/slaves" 2>/dev/null) ]] && refuse "$device leads to $disk, which is made of other disks"

sectors=''
read -r sectors <"$at/size"
[[ $sectors =~ ^[0-9]+$ ]] || refuse "$device is $disk, and how large that is can't be told"
((sectors * 512 == size_bytes)) || refuse "$device is $disk of $((sectors * 512)) bytes, and the disk that was agreed to has $size_bytes"
[[ $(<"$at/ro") == 0 ]] || refuse "$device is $disk, which can't be written"

# What the kernel was told by the disk itself; only where it keeps nothing, what udev asked for.
properties=$(udevadm info --query=property --name="$path" 2>/dev/null)
property() {
  local name
  for name in "$@"; do
    sed --quiet "s/^$name=//p" <<<"$properties"
  done
}
serials() {
  # ATA IDENTIFY, words 10 to 19, each with its bytes swapped; SCSI's unit serial number; NVMe, SD cards; virtio.
  dd if="$at/device/vpd_pg89" bs=1 skip=80 count=20 status=none 2>/dev/null | dd conv=swab status=none | plain
  dd if="$at/device/vpd_pg80" bs=1 skip=4 count=252 status=none 2>/dev/null | plain
  plain 2>/dev/null <"$at/device/serial"
  plain 2>/dev/null <"$at/serial"
}
mapfile -t found < <(serials | grep .)
((${#found[@]})) || mapfile -t found < <(property ID_SERIAL_SHORT ID_SCSI_SERIAL SCSI_IDENT_SERIAL ID_USB_SERIAL_SHORT | grep .)
is_serial=''
for one in "${found[@]}"; do
  [[ $serial && $one == "$serial" ]] && is_serial=1
done
[[ $serial && ! $is_serial ]] &&
  refuse "$device is $disk with the serial number ${found[0]:-(none)}, and the disk that was agreed to has $serial"

mapfile -t found < <(for file in "$at/wwid" "$at/device/wwid"; do plain 2>/dev/null <"$file"; done | grep .)
((${#found[@]})) || mapfile -t found < <(property ID_WWN_WITH_EXTENSION ID_WWN | sed 's/^0x/naa./' | grep .)
name=${found[0]:-}
# A newer kernel may call the same disk by a name of another kind (eui, nvme, uuid): then its serial number must do.
if [[ $wwn && ${name,,} != "${wwn,,}" && (! $is_serial || ${name%%.*} == "${wwn%%.*}") ]]; then
  refuse "$device is $disk with the WWN ${name:-(none)}, and the disk that was agreed to has $wwn"
fi

devices=("$disk")
for folder in "$at/$disk"*; do
  [[ -e $folder/partition ]] && devices+=("${folder##*/}")
done
for one in "${devices[@]}"; do
  folder=$at
  [[ $one == "$disk" ]] || folder=$at/$one
  holders=$(ls --almost-all "$folder/holders" 2>/dev/null)
  [[ $holders ]] && refuse "$one is in use by ${holders//$'\n'/, }"
  number=''
  read -r number <"$folder/dev"
  while read -r _ _ mounted _ where rest; do
    read -r _ source _ <<<"${rest#*- }"
    [[ ($number && $mounted == "$number") || $source == "/dev/$one" ]] && refuse "$one is mounted at $where"
  done </proc/self/mountinfo
  while read -r swap _; do
    [[ $swap == "/dev/$one" ]] && refuse "$one is used as swap"
  done </proc/swaps
done

# wipefs knows what blkid knows, and all of it where one thing lies upon the rest of another.
for one in "${devices[@]}"; do
  seen=$(wipefs --no-act --noheadings --output TYPE,USAGE "/dev/$one" 2>&1) || refuse "what lies on $one can't be read: $seen"
  while read -r type usage; do
    # A table alone is nothing that could be lost; partitions are.
    [[ -z $type || $usage == partition-table ]] && continue
    is_agreed=''
    for kind in "${agreed[@]}"; do
      [[ $kind == "$type" ]] && is_agreed=1
    done
    [[ $is_agreed ]] || refuse "$one carries $type, and nobody agreed that it may be lost"
  done <<<"$seen"
done
((${#devices[@]} > 1 && ${#agreed[@]} == 0)) && refuse "$disk has partitions (${devices[*]:1}), and nobody agreed that they may be lost"

good="$device is $disk, the disk that was agreed to"
say "$good"
word disk-checked 0 '' <<<"$good"
