//! The files that machines boot: iPXE binaries, kernels, initramfs, root filesystems.
//!
//! An asset's name is the SHA-256 of its bytes ([`crate::AssetId`]), so nothing can be replaced under its name, and what is there
//! twice is there once. [`Assets`] is the folder: it knows bytes and no database. [`Arrival`] is the one way in, by upload,
//! by [`download`] or from a bundle: hashed on the way, resumed where it stopped, published at once. The [`rows`] beside
//! say what people call an asset and where it came from; [`referenced()`] says which of them boot profiles refer to, [`Uses`]
//! for how long after that a machine in the middle of its boot still gets them, and [`Served`] hands out nothing else.

mod address;
mod arrival;
mod authority;
mod binaries;
mod content_range;
pub mod coreos;
mod download;
mod error;
mod folder;
mod kind;
mod lingering;
mod referenced;
pub mod rows;
mod served;

pub use address::RefusedAddress;
pub use arrival::Arrival;
pub use authority::{Authority, InvalidAuthority};
pub use binaries::{Binaries, BinaryFault, MissingBinary, Refusal, check_binary};
pub use download::{DownloadError, Patience, Progress, Source, download, shown};
pub use error::AssetError;
pub(crate) use error::at;
pub use folder::{Assets, Verdict};
pub use kind::{AssetKind, AssetName, InvalidAssetName, UnknownAssetKind};
pub use lingering::{LINGERS, Reference, Uses};
pub use referenced::{Referenced, referenced};
pub use served::Served;
