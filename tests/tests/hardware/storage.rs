//! Every way in which a disk can be connected.

use std::path::{Path, PathBuf};
use std::process::Command;

use lab::{Deadline, Firmware, MachineSpec, Namespace, Process, Scratch, packages};

use crate::claims::{Claim, absent, at_least, has, is, length};
use crate::machine;

const MIB: u64 = 1 << 20;

/// Prepared in the machine: an array, a broken array, a multipath device, a filesystem in use.
const PREPARE: &str = r#"
disk() { # the name of the disk with this serial number
    for disk in /sys/block/vd*; do
        [ "$(cat $disk/serial)" = "$1" ] && basename $disk
    done
}
seen() { # how many SCSI disks have this world-wide name
    grep -l "$1" /sys/block/sd*/device/wwid 2>/dev/null
}
# Disks come in their own time.
for try in $(seq 100); do
    [ "$(seen 5000c500cafe0001 | wc -l)" = 2 ] && [ -e /sys/block/sr0 ] && [ "$(ls -d /sys/block/sd* | wc -l)" -ge 7 ] && break
    sleep 0.2
done
a=/dev/$(disk ARRAY-A) b=/dev/$(disk ARRAY-B) c=/dev/$(disk ARRAY-C)
mdadm --create /dev/md/whole --run --assume-clean --level=1 --raid-devices=2 --metadata=1.2 --homehost=lab $a $b
mdadm --create /dev/md/broken --run --level=1 --raid-devices=2 --metadata=1.2 --homehost=lab $c missing
cat /proc/mdstat

paths=$(for path in $(seen 5000c500cafe0001); do cat ${path%/device/wwid}/dev; done)
set -- $paths
dmsetup create mpatha --noudevsync -u mpath-35000c500cafe0001 \
    --table "0 65536 multipath 0 0 1 1 service-time 0 2 1 $1 100 $2 100"
dmsetup ls --tree

mkswap -L rest /dev/$(disk PLAIN)2
mkdir -p /mnt && mount -t ext4 -o ro /dev/$(disk PLAIN)1 /mnt
ls /sys/block

# The drives' own health takes its time: it is told by an agent that stays.
ip link set lo up
muster-agent run --scrape loopback --interval 2 --state /tmp/state.json &
for try in $(seq 100); do
    wget -q -O /out/watch.json http://127.0.0.1:25000/sample && grep -q '"drives"' /out/watch.json && break
    sleep 0.2
done
kill %1
"#;

fn image(folder: &Path, name: &str, size_bytes: u64) -> PathBuf {
    let path = folder.join(name);
    std::fs::File::create(&path).unwrap().set_len(size_bytes).unwrap();
    path
}

/// A disk with two partitions, and a filesystem on the first.
fn partitioned(folder: &Path) -> PathBuf {
    let path = image(folder, "plain", 64 * MIB);
    let mut command = Command::new("sh");
    command.arg("-ec").arg(
        "printf 'label: gpt\nlabel-id: 6D757374-0000-4000-8000-000000000001\nstart=2048, size=65536, name=system\nname=rest\n' \
         | sfdisk --quiet \"$0\"
         mkfs.ext4 -q -L system -U 6d757374-0000-4000-8000-000000000002 -E offset=1048576 \"$0\" 32768k",
    );
    Process::run("partitioning", command.arg(&path), Deadline::seconds(60)).unwrap();
    path
}

struct Parts(Vec<String>);

impl Parts {
    fn device(&mut self, device: &str) {
        self.0.extend(["-device".to_owned(), device.to_owned()]);
    }

    /// A disk: its image, and the device that it is. `id` is the drive's.
    fn disk(&mut self, id: &str, image: &Path, device: &str) {
        let image = image.to_str().unwrap().replace(',', ",,");
        let drive = format!("if=none,id={id},format=raw,file.locking=off,file={image}");
        self.0.extend(["-drive".to_owned(), drive]);
        self.device(&format!("{device},drive={id}"));
    }
}

fn parts(folder: &Path) -> Vec<String> {
    let mut parts = Parts(Vec::new());
    let blank = |name: &str| image(folder, name, 32 * MIB);
    // One namespace behind two controllers.
    parts.device("nvme-subsys,id=both,nqn=muster");
    parts.device("nvme,serial=NVME-BOTH,subsys=both,id=way1");
    parts.device("nvme,serial=NVME-BOTH,subsys=both,id=way2");
    parts.disk(
        "both",
        &blank("both"),
        "nvme-ns,bus=way1,nsid=1,shared=on,logical_block_size=4096,physical_block_size=4096,eui64=0x5254001122334455",
    );
    // One that says of itself that it fails: spare is low, and it is read-only.
    parts.disk("failing", &blank("failing"), "nvme,serial=NVME-FAILING,smart_critical_warning=9");
    parts.device("megasas-gen2,id=raid");
    parts.disk(
        "volume",
        &blank("volume"),
        "scsi-hd,bus=raid.0,vendor=LSI,product=MR9361-8i,ver=4.68,serial=00aabbccddeeff,wwn=0x600605b00aabbcc1",
    );
    let lun = blank("lun");
    for way in ["sas-a", "sas-b"] {
        parts.device(&format!("mptsas1068,id={way}"));
        let bus = format!("scsi-hd,bus={way}.0");
        parts.disk(
            &format!("{way}-lun"),
            &lun,
            &format!(
                "{bus},vendor=SEAGATE,product=ST600MM0006,ver=LS0A,serial=S0M1LUN,wwn=0x5000c500cafe0001"
            ),
        );
    }
    parts.device("ahci,id=sata");
    parts.disk(
        "sata",
        &blank("sata"),
        "ide-hd,bus=sata.0,model=WDC WD4003FRYZ-01F0DB0 LAB,serial=WD-LAB0001,ver=01.01H01,wwn=0x50014ee2cafe0002,rotation_rate=7200",
    );
    parts.device("ide-cd,bus=sata.1,serial=EMPTY-DVD");
    parts.device("qemu-xhci,id=usb");
    parts.disk("stick", &blank("stick"), "usb-storage,bus=usb.0,removable=on,serial=STICK-1");
    parts.disk("plain", &partitioned(folder), "virtio-blk-pci,serial=PLAIN");
    for name in ["ARRAY-A", "ARRAY-B", "ARRAY-C"] {
        parts.disk(name, &blank(name), &format!("virtio-blk-pci,serial={name}"));
    }
    parts.0
}

#[test]
fn every_kind_of_disk_is_told() {
    packages::require(packages::HARDWARE).unwrap();
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let mut spec = MachineSpec::new("storage", Firmware::Bios, "52:54:00:00:01:01");
    spec.cpus = 2;
    spec.parts = parts(folder.path());
    let modules = [
        "nvme",
        "megaraid_sas",
        "mptsas",
        "ahci",
        "sd_mod",
        "sr_mod",
        "sg",
        "xhci_pci",
        "usb_storage",
        "virtio_blk",
        "raid1",
        "md_mod",
        "dm_multipath",
        "dm_service_time",
        "ext4",
        "crc32c_generic",
        "drivetemp",
        "scsi_debug dev_size_mb=8 max_luns=2",
    ];
    let mdadm = lab::guest::mdadm().unwrap();
    let programs = [mdadm.as_path(), Path::new("/usr/sbin/dmsetup")];
    let told = machine::ask(spec, &namespace, &modules, &programs, PREPARE).unwrap();
    told.must(&[disks(), paths(), stacked(), filesystems(), contents(), drives()].concat(), &sample());
    told.must_also("watch.json", &health());
}

fn disk(by: &str, field: &str) -> String {
    format!("/sections/disks/data/{by}/{field}")
}

/// What each one is, in the words of its maker.
fn disks() -> Vec<Claim> {
    let failing = |field: &str| disk("serial=NVME-FAILING", field);
    let volume = |field: &str| disk("serial=00aabbccddeeff", field);
    let lun = |field: &str| disk("serial=S0M1LUN", field);
    let sata = |field: &str| disk("serial=WD-LAB0001", field);
    let stick = |field: &str| disk("serial=STICK-1", field);
    vec![
        is("/sections/disks/status", "ok"),
        // Thirteen, and neither the empty drive for discs, nor the hidden halves of the shared drive, nor what is built
        // upon others.
        length("/sections/disks/data", 13),
        absent(&disk("name=sr0", "name")),
        absent(&disk("name=dm-0", "name")),
        is(&failing("size_bytes"), 32 * MIB),
        is(&failing("model"), "QEMU NVMe Ctrl"),
        is(&failing("transport"), "nvme"),
        is(&failing("rotational"), false),
        is(&disk("serial=NVME-BOTH", "logical_block_bytes"), 4096),
        is(&volume("vendor"), "LSI"),
        is(&volume("model"), "MR9361-8i"),
        is(&volume("firmware"), "4.68"),
        is(&volume("driver"), "megaraid_sas"),
        is(&volume("wwn"), "naa.600605b00aabbcc1"),
        is(&lun("transport"), "sas"),
        is(&lun("vendor"), "SEAGATE"),
        is(&lun("wwn"), "naa.5000c500cafe0001"),
        has(&lun("by_id"), "wwn-0x5000c500cafe0001"),
        // Longer than the 16 characters that SCSI has room for.
        is(&sata("model"), "WDC WD4003FRYZ-01F0DB0 LAB"),
        is(&sata("firmware"), "01.01H01"),
        is(&sata("transport"), "ata"),
        is(&sata("rotational"), true),
        is(&sata("rotation_rpm"), 7200),
        has(&sata("by_id"), "ata-WDC_WD4003FRYZ-01F0DB0_LAB_WD-LAB0001"),
        is(&stick("removable"), true),
        is(&stick("transport"), "usb"),
        is(&disk("driver=scsi_debug", "vendor"), "Linux"),
        is(&disk("serial=PLAIN", "transport"), "virtual"),
        is(&disk("serial=PLAIN", "size_bytes"), 64 * MIB),
    ]
}

/// Two ways to one disk are no two disks.
fn paths() -> Vec<Claim> {
    vec![
        length(&disk("serial=NVME-BOTH", "nvme_paths"), 2),
        is(&disk("serial=NVME-BOTH", "nvme_paths/controller=nvme1/state"), "live"),
        is(&disk("serial=S0M1LUN", "multipath/paths"), 2),
        is(&disk("serial=S0M1LUN", "multipath/joined_by"), "mpatha"),
        is(&disk("serial=S0M1LUN", "holders/kind=multipath/label"), "mpatha"),
        absent(&disk("serial=NVME-FAILING", "nvme_paths")),
        absent(&disk("serial=WD-LAB0001", "multipath")),
    ]
}

fn stacked() -> Vec<Claim> {
    vec![
        length(&disk("serial=PLAIN", "partitions"), 2),
        is(&disk("serial=PLAIN", "partitions/number=1/start_bytes"), MIB),
        is(&disk("serial=PLAIN", "partitions/number=1/size_bytes"), 32 * MIB),
        is(&disk("serial=ARRAY-A", "holders/0/kind"), "raid"),
        is(&disk("serial=ARRAY-C", "holders/0/kind"), "raid"),
    ]
}

fn filesystems() -> Vec<Claim> {
    vec![
        is("/sections/filesystems/data/mount=~1mnt/kind", "ext4"),
        has("/sections/filesystems/data/mount=~1mnt/device", "/dev/vd"),
    ]
}

/// What is written on them.
fn contents() -> Vec<Claim> {
    let on = |by: &str, field: &str| format!("/sections/contents/data/{by}/{field}");
    vec![
        is("/sections/contents/status", "ok"),
        is(&on("device=vda", "table/kind"), "gpt"),
        is(&on("device=vda", "table/id"), "6d757374-0000-4000-8000-000000000001"),
        is(&on("device=vda", "table/partitions/number=1/name"), "system"),
        is(&on("device=vda1", "signatures/kind=ext4/label"), "system"),
        is(&on("device=vda1", "signatures/kind=ext4/uuid"), "6d757374-0000-4000-8000-000000000002"),
        is(&on("device=vda2", "signatures/kind=swap/label"), "rest"),
        is(&on("device=vdb", "signatures/kind=linux_raid_member/label"), "lab:whole"),
        is(&on("device=vdb", "signatures/kind=linux_raid_member/level"), "raid1"),
        is(&on("device=vdd", "signatures/kind=linux_raid_member/label"), "lab:broken"),
    ]
}

/// What they answer when they are asked, and what can't be asked because something stands before it.
fn drives() -> Vec<Claim> {
    let drive = |by: &str, field: &str| format!("/sections/drives/data/{by}/{field}");
    vec![
        is(&drive("serial=NVME-FAILING", "protocol"), "nvme"),
        is(&drive("serial=NVME-FAILING", "critical_celsius"), 100),
        is(&drive("serial=NVME-FAILING", "source"), "drive"),
        has(&drive("serial=NVME-BOTH", "subsystem_nqn"), "muster"),
        length(&drive("serial=NVME-BOTH", "other_paths"), 1),
        is(&drive("serial=00aabbccddeeff", "hides/by"), "megaraid_sas"),
        length(&drive("serial=S0M1LUN", "other_paths"), 1),
        is(&drive("serial=WD-LAB0001", "protocol"), "ata"),
        is(&drive("serial=WD-LAB0001", "rotation_rpm"), 7200),
    ]
}

fn sample() -> Vec<Claim> {
    vec![
        is("/arrays/degraded=1/level", "raid1"),
        is("/arrays/degraded=1/disks_active", 1),
        is("/arrays/degraded=0/disks_active", 2),
        length("/arrays/degraded=0/members", 2),
        is("/filesystems/mount=~1mnt/read_only", true),
        at_least("/filesystems/mount=~1mnt/used_inodes", 1.0),
        is("/temperatures/label=Composite/class", "nvme"),
        at_least("/temperatures/label=Composite/max_celsius", 60.0),
    ]
}

/// By NVMe's own log, by SMART, by SCSI's log pages: each drive for itself.
fn health() -> Vec<Claim> {
    vec![
        is("/drives/serial=NVME-FAILING/verdict", "failing"),
        has("/drives/serial=NVME-FAILING/warnings", "spare_low"),
        has("/drives/serial=NVME-FAILING/warnings", "read_only"),
        is("/drives/serial=NVME-BOTH/verdict", "passed"),
        is("/drives/serial=NVME-BOTH/media_errors", 0),
        at_least("/drives/serial=NVME-BOTH/temp_celsius", 20.0),
        is("/drives/serial=WD-LAB0001/verdict", "passed"),
        is("/drives/serial=WD-LAB0001/temp_celsius", 31),
        is("/drives/serial=WD-LAB0001/reallocated_sectors", 0),
        is("/drives/temp_celsius=38/verdict", "passed"),
    ]
}
