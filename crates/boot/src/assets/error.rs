//! Why an asset was not taken, or can't be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::asset::AssetId;

/// Why an asset was not taken, or can't be read.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// Somebody else is sending it.
    #[error("asset {0} is arriving already; wait for it to end, or for its sender to fall silent")]
    Busy(AssetId),
    /// The sender goes on elsewhere than where it stopped.
    #[error("asset {id} goes on at byte {received_bytes}, not at {offset}")]
    Offset {
        /// Which asset.
        id: AssetId,
        /// What was said.
        offset: u64,
        /// What has arrived.
        received_bytes: u64,
    },
    /// There are more bytes than were announced.
    #[error(
        "asset {id} has more than the {expected_bytes} bytes that were announced: nothing of it was kept"
    )]
    Longer {
        /// Which asset.
        id: AssetId,
        /// What was announced.
        expected_bytes: u64,
    },
    /// There are fewer bytes than were announced. What arrived is kept, to go on from.
    #[error(
        "asset {id} broke off after {received_bytes} of {expected_bytes} bytes; sent again, it goes on from there"
    )]
    Shorter {
        /// Which asset.
        id: AssetId,
        /// What arrived.
        received_bytes: u64,
        /// What was announced.
        expected_bytes: u64,
    },
    /// Larger than this server takes.
    #[error(
        "asset {id} is larger than the {limit_bytes} bytes that this server takes (assets.max_bytes in its settings)"
    )]
    TooLarge {
        /// Which asset.
        id: AssetId,
        /// The limit.
        limit_bytes: u64,
    },
    /// An asset of no bytes is a mistake of its sender's.
    #[error("asset {0} has no bytes")]
    Empty(AssetId),
    /// Other bytes than its name says.
    #[error("what arrived is not asset {expected}: its SHA-256 is {actual}. Nothing of it was kept")]
    Hash {
        /// What it should be.
        expected: AssetId,
        /// What it is.
        actual: AssetId,
    },
    /// The disk is full, or would be.
    #[error("the server's disk is full: asset {id} {needs}. Nothing of it was kept; make room in {}", folder.display())]
    Full {
        /// Which asset.
        id: AssetId,
        /// How much it would need, or how far it came.
        needs: String,
        /// Where.
        folder: PathBuf,
    },
    /// The disk failed.
    #[error("can't write or read {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> AssetError + use<> {
    let path = path.to_owned();
    move |source| AssetError::Io { path, source }
}
