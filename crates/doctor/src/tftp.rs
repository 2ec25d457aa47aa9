//! A file by TFTP, as firmware asks for it (RFC 1350, 2347, 2348, 2349, 7440): with large blocks and the size first. Where
//! the large blocks are lost, the file is asked for again in small ones: that tells a network that swallows long packets from a
//! server that stopped.

mod packet;
mod transfer;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use transfer::Terms;

/// What UEFI asks for on Ethernet: with its headers a block is exactly 1500 bytes long.
pub(crate) const LARGE_BLOCK_BYTES: u16 = 1468;
/// No loader is larger.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TftpFault {
    /// No machine has that address (ARP), or there is no way to it.
    #[error("no machine answers at {0}")]
    NoHost(Ipv4Addr),
    /// The machine is there, and nobody listens.
    #[error("{0} is there, and no TFTP server listens on it")]
    Closed(Ipv4Addr),
    /// Nothing comes back.
    #[error("{0} does not answer on UDP port 69")]
    Silent(Ipv4Addr),
    /// Error 1.
    #[error("{server} has no file {file:?} ({said})")]
    Missing {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
        /// In its own words.
        said: String,
    },
    /// Any other error.
    #[error("{server} refuses {file:?}: error {code} ({said})")]
    Refused {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
        /// The number.
        code: u16,
        /// In its own words.
        said: String,
    },
    /// Large blocks do not come, small ones do.
    #[error(
        "blocks of 1468 bytes from {0} are lost, blocks of 512 arrive: something on the way takes no packets of 1500 bytes"
    )]
    LargeBlocksLost(Ipv4Addr),
    /// It stops in the middle.
    #[error("{server} stops after {after_bytes} bytes of {file:?}")]
    Stalled {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
        /// What came.
        after_bytes: usize,
    },
    /// Less came than it said.
    #[error("{server} said that {file:?} has {said_bytes} bytes, and sent {came_bytes}")]
    Cut {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
        /// The size that it gave.
        said_bytes: u64,
        /// What came.
        came_bytes: usize,
    },
    /// It is no loader, by its size.
    #[error("{server} sends more than {} MiB of {file:?}: that is no loader", MOST_BYTES / 1024 / 1024)]
    TooLong {
        /// The server.
        server: Ipv4Addr,
        /// The file.
        file: String,
    },
    /// This machine can't even ask.
    #[error("can't ask {server} from {own}: {why}")]
    Local {
        /// The server.
        server: Ipv4Addr,
        /// The address that it was asked from.
        own: Ipv4Addr,
        /// What the kernel says.
        why: String,
    },
}

/// Where a file is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The address to ask from.
    pub(crate) own: Ipv4Addr,
    /// The server.
    pub(crate) server: Ipv4Addr,
    /// Its port: 69, but in tests.
    pub(crate) port: u16,
    /// The name.
    pub(crate) file: String,
    /// How long silence may last.
    pub(crate) patience: Duration,
}

/// Fetches the whole file.
///
/// # Errors
/// What became of it instead.
pub(crate) async fn fetch(ask: &Ask) -> Result<Vec<u8>, TftpFault> {
    let large = Terms { block_bytes: Some(LARGE_BLOCK_BYTES), window: Some(4) };
    match transfer::run(ask, large).await {
        Err(TftpFault::Stalled { .. }) => {}
        other => return other,
    }
    let small = Terms { block_bytes: None, window: None };
    match transfer::run(ask, small).await {
        Ok(_) => Err(TftpFault::LargeBlocksLost(ask.server)),
        Err(fault) => Err(fault),
    }
}

fn v4(address: IpAddr) -> Option<Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests;
