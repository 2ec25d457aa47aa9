//! What is written on the disks.

use serde::{Deserialize, Serialize};

/// What one block device holds, by the signatures on it: nothing known where it has neither a table nor a signature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// The kernel's name of the disk, partition or stacked device (`sda2`, `md0`, `dm-1`).
    pub device: String,
    /// Why nothing is known of it: the disk sleeps, hangs, can't be read, or is a path that another device stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The table that divides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<PartitionTable>,
    /// What is on it; several where an older one was not wiped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
}

/// A partition table, as it stands on the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartitionTable {
    /// Which.
    pub kind: TableKind,
    /// The disk's GUID, or the 32-bit id in an MBR (`cafebabe`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A GPT whose MBR names partitions too, for firmware that knows no GPT.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hybrid: bool,
    /// Its entries, sorted by number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<TableEntry>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damaged: Option<String>,
}

/// A kind of partition table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// GUID partition table.
    #[default]
    Gpt,
    /// Master boot record.
    Mbr,
    /// Some other.
    #[serde(other)]
    Other,
}

/// An entry of a partition table. Where the partition is, the disk's own list tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableEntry {
    /// Its number.
    pub number: u32,
    /// The type's GUID, or its number in an MBR (`0x83`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Its own GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it begins.
    pub start_bytes: u64,
    /// How long it is.
    pub size_bytes: u64,
    /// A BIOS boots from it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bootable: bool,
}

/// What is on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signature {
    /// As `blkid` calls it: `ext4`, `LVM2_member`, `crypto_LUKS`.
    pub kind: String,
    /// What it is good for.
    pub usage: Usage,
    /// The format's version, as it is written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its label; an md array's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its UUID, or what stands for one; an md array's and a ZFS pool's, where it is a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// How large it is by its own account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// The volume group, pool or family that the device belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// `raid1`, of a member of an array.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// How many devices the array or filesystem is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<u32>,
    /// This device's part in that: a number, `spare`, `faulty`, `journal`, `cache`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damaged: Option<String>,
}

/// What a signature stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Files.
    Filesystem,
    /// A part of something that takes several devices: RAID, LVM, ZFS, Ceph.
    Member,
    /// Encrypted.
    Crypto,
    /// Swap, and all else.
    #[default]
    #[serde(other)]
    Other,
}
