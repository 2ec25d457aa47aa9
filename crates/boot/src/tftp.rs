//! TFTP, as much of it as firmware needs to load iPXE: reading files by name from one folder (RFC 1350 with the options of
//! RFC 2347, 2348 and 2349). Nothing can be written, and no name leads out of the folder.

mod folder;
mod packet;
mod server;
mod terms;
mod transfer;

use std::path::Path;

pub use server::{BindError, TftpServer};
pub use transfer::Patience;

/// What the gateway hands out by name: BIOS, UEFI by the firmware's own driver, UEFI by iPXE's drivers.
pub const BINARIES: [&str; 3] = ["undionly.kpxe", "snponly.efi", "ipxe.efi"];

/// Which of [`BINARIES`] can't be read from this folder.
#[must_use]
pub fn missing_binaries(folder: &Path) -> Vec<&'static str> {
    BINARIES.into_iter().filter(|name| folder::open(folder, name).is_err()).collect()
}
