//! Signatures of what a block device holds: partition tables, filesystems, members of arrays and volume groups.
//!
//! Nothing is read here. The caller makes an [`Image`], reads the [`Image::first_pieces`], asks [`find`], reads what
//! [`Image::take_wanted`] names (a table of partitions far behind, a volume group's name), and asks again until nothing
//! more is wanted. Names of kinds are those of `blkid`, which everybody knows.
//!
//! A format that carries a checksum is checked by it: what is there and does not match is told as damaged, for a machine
//! that is about to be wiped or mended should say so.

mod bcache;
mod btrfs;
mod checksum;
mod drbd;
mod ext;
mod fat;
mod field;
mod firmware_raid;
mod gpt;
mod image;
mod iso9660;
mod luks;
mod lvm;
mod mbr;
mod md;
mod ntfs;
mod plain;
mod swap;
mod xfs;
mod zfs;

pub use image::{Image, Piece};

/// What was found on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The table that divides it.
    pub table: Option<Table>,
    /// What is on it; several where an older one was not wiped.
    pub signatures: Vec<Signature>,
}

/// A partition table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Which.
    pub kind: TableKind,
    /// The disk's GUID, or the 32-bit id in an MBR (`cafebabe`).
    pub id: Option<String>,
    /// Also an MBR that names some of the partitions, for firmware that knows no GPT.
    pub hybrid: bool,
    /// Its entries, in the order of their numbers.
    pub partitions: Vec<Entry>,
    /// What is wrong with it.
    pub damaged: Option<&'static str>,
}

/// A kind of partition table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TableKind {
    /// GUID partition table.
    #[default]
    Gpt,
    /// Master boot record.
    Mbr,
}

/// An entry of a partition table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub number: u32,
    /// Where it begins.
    pub start_bytes: u64,
    /// How long it is.
    pub size_bytes: u64,
    /// The type's GUID, or its number in an MBR (`0x83`).
    pub kind: String,
    /// Its own GUID.
    pub uuid: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// A BIOS boots from it.
    pub bootable: bool,
}

/// What is on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// `ext4`, `LVM2_member`, `crypto_LUKS`.
    pub kind: &'static str,
    /// What it is good for.
    pub usage: Usage,
    /// The format's version, as it is written there.
    pub version: Option<String>,
    /// Its label.
    pub label: Option<String>,
    /// Its UUID, or what stands for one (a FAT's serial number).
    pub uuid: Option<String>,
    /// How large it is by its own account: less than the device, or more where the device was cut.
    pub size_bytes: Option<u64>,
    /// The volume group or pool that the device belongs to.
    pub group: Option<String>,
    /// The array that it is a member of.
    pub array: Option<Array>,
    /// What is wrong with it.
    pub damaged: Option<&'static str>,
}

/// What a signature stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Usage {
    /// Files.
    #[default]
    Filesystem,
    /// A part of something that takes several devices.
    Member,
    /// Encrypted.
    Crypto,
    /// Swap, and all else.
    Other,
}

/// The array that a device is a member of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Array {
    /// `raid1`.
    pub level: Option<String>,
    /// How many devices it is made for.
    pub devices: Option<u32>,
    /// This device's part in it: a number, `spare`, `faulty`, `journal`.
    pub role: Option<String>,
}

/// What a checksum that does not match is called.
const BAD_CHECKSUM: &str = "its checksum does not match";

/// Looks for all that is known; what can't be told without more bytes is wanted of the image.
#[must_use]
pub fn find(image: &Image) -> Findings {
    let looks: [fn(&Image) -> Option<Signature>; 19] = [
        md::find,
        firmware_raid::imsm,
        firmware_raid::ddf,
        luks::find,
        lvm::find,
        zfs::find,
        bcache::find,
        drbd::find,
        ext::find,
        xfs::find,
        btrfs::find,
        fat::vfat,
        fat::exfat,
        ntfs::ntfs,
        ntfs::bitlocker,
        iso9660::find,
        swap::find,
        plain::f2fs,
        plain::find,
    ];
    let signatures: Vec<Signature> = looks.iter().filter_map(|look| look(image)).collect();
    // A Windows filesystem begins with a boot sector, which looks like a table.
    let boot_sector = signatures.iter().any(|it| matches!(it.kind, "vfat" | "exfat" | "ntfs" | "BitLocker"));
    let table = if boot_sector { None } else { gpt::find(image).or_else(|| mbr::find(image)) };
    Findings { table, signatures }
}

#[cfg(test)]
mod tests;
