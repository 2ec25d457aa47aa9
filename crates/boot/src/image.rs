//! Muster's own discovery image: a kernel, and an initramfs that holds its drivers, busybox and the agent.
//!
//! [`build`] makes one from a distribution's kernel, without root and without any other program. [`take_in`] finds the
//! files of one among the assets; [`adopt`] and [`choose`] put it into the database.
//!
//! The system in it reads and never writes: no disk is mounted, no array or volume assembled. The scripts that it runs are
//! in `image/rootfs/`, as files of their own.

mod budget;
mod build;
mod cpio;
mod elf;
mod firmware;
mod kernel;
mod left_out;
mod libraries;
mod library;
mod manifest;
mod modules;
mod packed;
mod processor;
mod programs;
mod rootfs;
mod site;

pub use build::{BuildOptions, Built, Extra, Ssh, build};
pub use elf::ElfFault;
pub use library::{TakeInError, TakenIn, move_old, remove_old, take_in};
pub use manifest::{
    FileFacts, FirmwareFacts, ImageFile, InvalidManifest, Manifest, MissingFirmware, UnknownImageFile,
};
pub use modules::ModulesError;
pub use packed::PackedError;
pub(crate) use site::require_assets;
pub use site::{ChooseError, KnownImage, adopt, arch, choose, chosen, known, site};

use std::io;
use std::path::PathBuf;

/// Why an image was not built.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// A file can't be read.
    #[error("can't read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file can't be written.
    #[error("can't write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel is none that iPXE can boot.
    #[error("{} is no kernel that can be booted: {reason}; expected one for x86_64 or aarch64, such as /boot/vmlinuz-…", path.display())]
    Kernel {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The modules do not fit.
    #[error(transparent)]
    Modules(#[from] ModulesError),
    /// A program could not run in the image.
    #[error("{} can't run in the image", path.display())]
    Program {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: ElfFault,
    },
    /// The agent does not say which version it is.
    #[error("{} is no muster-agent: it does not hold its name and version; build one with cargo xtask build", path.display())]
    NoAgent {
        /// Which.
        path: PathBuf,
    },
    /// The busybox lacks what the scripts run.
    #[error("{} has no {}: take a fuller one (Debian: package busybox-static)", path.display(), applets.join(", no "))]
    Applets {
        /// Which.
        path: PathBuf,
        /// What it lacks.
        applets: Vec<&'static str>,
    },
    /// A packed file of firmware can't be unpacked.
    #[error("can't unpack {}", path.display())]
    Packed {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: PackedError,
    },
    /// The folder of firmware is none.
    #[error("{} is no folder: expected one of firmware, such as /lib/firmware", .0.display())]
    NoFirmware(PathBuf),
    /// What was to be left out is not there anyway.
    #[error(
        "--without {0} leaves out nothing: name a folder such as drivers/scsi or firmware/mellanox, or a module (what other drivers need comes with them)"
    )]
    NothingToLeaveOut(String),
    /// Machines with little memory could not boot it.
    #[error("the image would have {} MiB, and at most {} are allowed; the largest parts are {}; leave some out with --without, or allow more with --max-mib", mib(*size_bytes), mib(*limit_bytes), named(largest))]
    TooLarge {
        /// What kernel and initramfs have together.
        size_bytes: u64,
        /// What they may have.
        limit_bytes: u64,
        /// The largest parts, and what they take.
        largest: Vec<(String, u64)>,
    },
    /// An extra file's place in the image can't be.
    #[error("{0:?} is no place in the image: expected a path such as /lib/firmware/bnx2/x.fw, without ..")]
    Place(String),
}

fn mib(size_bytes: u64) -> String {
    let tenths = size_bytes * 10 / (1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn named(parts: &[(String, u64)]) -> String {
    let parts: Vec<String> = parts.iter().map(|(name, size)| format!("{name} {} MiB", mib(*size))).collect();
    parts.join(", ")
}
