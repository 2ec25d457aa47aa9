//! Muster's own discovery image: a kernel, and an initramfs that holds its drivers, busybox and the agent.
//!
//! [`build`] makes one from a distribution's kernel, without root and without any other program. [`take_in`] finds the
//! files of one among the assets; [`adopt`] and [`choose`] put it into the database.
//!
//! The system in it reads and never writes: no disk is mounted, no array or volume assembled. The scripts that it runs are
//! in `image/rootfs/`, as files of their own.

mod build;
mod cpio;
mod elf;
mod kernel;
mod library;
mod manifest;
mod modules;
mod rootfs;
mod site;

pub use build::{BuildOptions, Built, Extra, build};
pub use elf::ElfFault;
pub use library::{TakeInError, TakenIn, move_old, remove_old, take_in};
pub use manifest::{FileFacts, ImageFile, InvalidManifest, Manifest, UnknownImageFile};
pub use modules::ModulesError;
pub use site::{ChooseError, KnownImage, adopt, choose, chosen, known};

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
    #[error("{} is no kernel that can be booted: {reason}; expected a bzImage for 64-bit x86, such as /boot/vmlinuz-…", path.display())]
    Kernel {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
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
    /// An extra file's place in the image can't be.
    #[error("{0:?} is no place in the image: expected a path such as /lib/firmware/bnx2/x.fw, without ..")]
    Place(String),
}
