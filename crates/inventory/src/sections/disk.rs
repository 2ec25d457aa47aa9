//! Disks.

use serde::{Deserialize, Serialize};

/// One disk. Key it by `wwn` or `serial`: the kernel's name changes from boot to boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    /// The kernel's name in this boot (`nvme0n1`).
    pub name: String,
    /// Capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Model.
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
    /// It spins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotational: Option<bool>,
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
    /// SCSI host:channel:target:lun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hctl: Option<String>,
    /// The device's place below `/sys/devices`, without the disk's own name: the same after a reboot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Partitions that the kernel sees.
    pub partitions: u32,
    /// What is stacked upon it (`md0`, `dm-1`), sorted.
    pub holders: Vec<String>,
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
