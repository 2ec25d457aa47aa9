//! Disks.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};

/// One disk. Key it by `wwn` or `serial`: the kernel's name changes from boot to boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    /// The kernel's name in this boot (`nvme0n1`).
    pub name: String,
    /// Capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Model, whole where the drive's own identity can be had (SCSI tells 16 characters of it).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Serial number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// World-wide name (`naa.…`, `eui.…`, `nvme.…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wwn: Option<String>,
    /// Firmware revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    /// How it is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// What drives it: the SCSI host's driver (`ahci`, `mpt3sas`, `megaraid_sas`), `nvme`, `virtio_blk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// It spins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotational: Option<bool>,
    /// Turns in a minute, as the drive says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_rpm: Option<u16>,
    /// Its medium can be taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removable: Option<bool>,
    /// The kernel refuses writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
    /// Logical sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logical_block_bytes: Option<u32>,
    /// Physical sector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub physical_block_bytes: Option<u32>,
    /// Writes may wait in a cache that loses them with the power: `queue/write_cache` is `write back`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatile_cache: Option<bool>,
    /// Blocks can be given back (TRIM, UNMAP, deallocate).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discard: Option<bool>,
    /// Zones that are written from their start on: `host-aware` or `host-managed`; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoned: Option<String>,
    /// The NUMA node that its controller is nearest to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numa_node: Option<u32>,
    /// SCSI host:channel:target:lun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hctl: Option<String>,
    /// The device's place below `/sys/devices`, without the disk's own name: the same after a reboot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its names in `/dev/disk/by-id`, as udev forms them from what the kernel shows (`wwn-0x5000c500aabbccdd`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_id: Vec<String>,
    /// Its names in `/dev/disk/by-path`, likewise (`pci-0000:00:06.0-ata-1`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_path: Vec<String>,
    /// Partitions that the kernel sees, sorted by number.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub partitions: Vec<Partition>,
    /// What is stacked upon the disk or one of its partitions, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub holders: Vec<Holder>,
    /// Other disks of this list are the same drive, reached another way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multipath: Option<Multipath>,
    /// The controllers that lead to an NVMe namespace of several paths, sorted by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub nvme_paths: Vec<NvmePath>,
}

/// One partition, as the kernel sees it. What is on it is told in the contents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Partition {
    /// The kernel's name in this boot (`nvme0n1p2`).
    pub name: String,
    /// Its number in the partition table.
    pub number: u32,
    /// Where it begins on the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_bytes: Option<u64>,
    /// Capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// The kernel refuses writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
}

/// A device that is made of this one, and perhaps of others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// The kernel's name in this boot (`dm-1`, `md0`).
    pub name: String,
    /// What it does with this device.
    pub kind: HolderKind,
    /// What its owner calls it (`vg0-root`, `mpatha`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What a stacked device is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    /// A logical volume of LVM.
    Lvm,
    /// The one device for all paths to a drive.
    Multipath,
    /// Something encrypted that is open: LUKS, plain, verity.
    Crypt,
    /// Software RAID: md, or a firmware's RAID by device-mapper.
    Raid,
    /// A partition of a stacked device.
    Partition,
    /// A cache before a slower device.
    Bcache,
    /// A mirror over the network.
    Drbd,
    /// Some other.
    #[default]
    #[serde(other)]
    Other,
}

/// A drive that is several disks of the list, one for each path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Multipath {
    /// What all of its paths share: the drive's world-wide name.
    pub group: String,
    /// How many disks of the list are paths to it.
    pub paths: u32,
    /// The device that stands for all of them (`mpatha`), where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joined_by: Option<String>,
}

/// A controller that leads to an NVMe namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NvmePath {
    /// The kernel's name in this boot (`nvme0`).
    pub controller: String,
    /// `pcie`, `tcp`, `rdma`, `fc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Where it is: a PCI address, or `traddr=…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// `live`, `connecting`, `dead`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `optimized`, `non-optimized`, `inaccessible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ana_state: Option<String>,
}

/// How a disk is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// NVMe.
    Nvme,
    /// SATA or parallel ATA.
    Ata,
    /// SAS.
    Sas,
    /// USB.
    Usb,
    /// Virtio, Xen, Hyper-V: a virtual machine's.
    Virtual,
    /// SD card or eMMC.
    Mmc,
    /// iSCSI.
    Iscsi,
    /// Fibre Channel.
    FibreChannel,
    /// SCSI of a kind that can't be told: often a RAID controller's volume.
    Scsi,
    /// Some other.
    #[serde(other)]
    Other,
}

/// An agent of schema 1.0 told less here (how many partitions, the names of holders): that counts as nothing told.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told<T> {
        List(Vec<T>),
        Less(IgnoredAny),
    }
    Ok(match Told::deserialize(deserializer)? {
        Told::List(items) => items,
        Told::Less(IgnoredAny) => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_agents_disk_is_read() {
        let disk: Disk =
            serde_json::from_str(r#"{"name": "sda", "partitions": 3, "holders": ["md0"]}"#).unwrap();
        assert_eq!(disk, Disk { name: "sda".to_owned(), ..Disk::default() });
        let holder: Holder = serde_json::from_str(r#"{"name": "dm-0", "kind": "newer"}"#).unwrap();
        assert_eq!(holder.kind, HolderKind::Other);
    }
}
