//! TFTP, as much of it as firmware needs to load iPXE: reading files by name from one folder (RFC 1350 with the options of
//! RFC 2347, 2348 and 2349). Nothing can be written, and no name leads out of the folder.

mod folder;
mod packet;
mod server;
mod terms;
mod transfer;

use std::path::Path;

pub use server::{Author, BindError, TftpServer};
pub use transfer::Patience;

/// What the gateway hands out by name: BIOS, UEFI by the firmware's own driver, UEFI by iPXE's drivers.
pub const BINARIES: [&str; 3] = ["undionly.kpxe", "snponly.efi", "ipxe.efi"];

/// A file of [`BINARIES`] that can't be handed out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct MissingBinary {
    /// Its name.
    pub name: &'static str,
    reason: folder::Refusal,
}

/// Which of [`BINARIES`] can't be handed out from this folder. (Debian 12's `ipxe.efi` is a link to `/boot`: UEFI machines
/// do without it as long as the gateway names `snponly.efi`.)
#[must_use]
pub fn missing_binaries(folder: &Path) -> Vec<MissingBinary> {
    let refused = |name| folder::open(folder, name).err().map(|reason| MissingBinary { name, reason });
    BINARIES.into_iter().filter_map(refused).collect()
}
