//! What devices answer, decoded: bytes in, plain values out. No I/O, no panic, whatever the bytes.
//!
//! One file a format, named for the standard that it follows, with the sections of that standard in its comments. The agent
//! asks (`root::Question`) and hands the answers here; fuzzing needs nothing else. A field that the answer is too short
//! for, or that the standard calls "not reported", is absent.

pub mod ata;
mod bytes;
pub mod efi;
pub mod ethtool;
pub mod ipmi;
pub mod lldp;
pub mod netlink;
pub mod nvme;
pub mod pci;
pub mod sanitize;
pub mod scsi;
pub mod self_test;
pub mod signature;
pub mod smbios;
pub mod timex;
pub mod tpm;
