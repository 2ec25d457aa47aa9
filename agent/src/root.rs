//! Where collectors read: `/` in life, a captured tree in tests.
//!
//! Paths are written as the machine would (`/sys/block/sda/size`). In a captured tree their symbolic links are followed
//! inside the tree, as if it were the root, so that no link leads to the machine that runs the test. Every read has a
//! limit, no question changes anything ([`Question`]), and an answer that is no value (`ENOENT`, `EINVAL` of a link that is down, `ENXIO` of an empty drive) is told
//! from one that hides something (`EACCES`, `EIO`).

mod captured;
mod live;
mod question;
mod recorder;
mod space;
mod standing;

use std::cell::RefCell;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::fs::{CWD, Mode, OFlags, RawDir};
use rustix::io::{Errno, retry_on_intr};
use rustix::path::Arg;

use crate::guard::Guard;
use captured::Captured;
pub(crate) use captured::{ANSWERS, ERRORS};
use live::Live;
pub use question::{Ethtool, Netlink, NvmeCommand, Question, ScsiAnswer, SmartctlAnswer, SmartctlCommand};
pub use recorder::{Recorder, Recording};
pub use space::Space;
pub use standing::Standing;

/// How much is read of an ordinary file.
pub const FILE_LIMIT_BYTES: usize = 64 << 10;
/// How many names are read of a directory.
const NAMES_LIMIT: usize = 16_384;
/// Longer than most folders, and than any one name.
const NAMES_BUFFER_BYTES: usize = 8 << 10;
/// What the kernel gives of most files at a time.
const PAGE_BYTES: usize = 4096;

thread_local! {
    /// Where a file or a folder is read into: most are of a few bytes, and nobody knows which.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A tree of files, as collectors see it. Tests bring trees that refuse, hang and vanish.
pub trait Tree: Send + Sync {
    /// The file's first `limit_bytes` bytes, and one more when it is longer.
    ///
    /// # Errors
    /// The kernel's.
    fn read(&self, path: &str, limit_bytes: usize) -> io::Result<Vec<u8>>;

    /// The names in a directory.
    ///
    /// # Errors
    /// The kernel's.
    fn names(&self, path: &str) -> io::Result<Vec<String>>;

    /// How many of the names in a directory are such.
    ///
    /// # Errors
    /// The kernel's.
    fn count(&self, path: &str, is_such: &dyn Fn(&str) -> bool) -> io::Result<usize> {
        Ok(self.names(path)?.iter().filter(|name| is_such(name)).count())
    }

    /// Whether there is anything at this path.
    fn exists(&self, path: &str) -> bool {
        self.real(path).is_ok()
    }

    /// The path with all symbolic links followed.
    ///
    /// # Errors
    /// The kernel's.
    fn real(&self, path: &str) -> io::Result<String>;

    /// Where the symbolic link at this path leads, whether or not there is anything.
    ///
    /// # Errors
    /// The kernel's.
    fn target(&self, path: &str) -> io::Result<String>;

    /// Stands in a folder of which much will be read, where that makes the reading cheaper.
    fn stand(&self, _folder: &str) -> Option<Standing> {
        None
    }

    /// What no file tells. A captured tree gives the answer that was captured.
    ///
    /// # Errors
    /// The kernel's, or [`io::ErrorKind::NotFound`] where no answer was captured.
    fn ask(&self, question: &Question) -> io::Result<Vec<u8>>;
}

/// Why a value was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    /// There is none: no such file, or a device that has nothing to say just now.
    #[error("no value")]
    NoValue,
    /// This user may not read it.
    #[error("permission denied")]
    Denied,
    /// The file is longer than anything of its kind.
    #[error("longer than {limit_bytes} bytes")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// The kernel failed to read it, in its own words.
    #[error("can't be read: {0}")]
    Unreadable(String),
}

impl From<io::Error> for Miss {
    fn from(error: io::Error) -> Self {
        match Errno::from_io_error(&error) {
            Some(
                Errno::NOENT
                | Errno::NOTDIR
                | Errno::INVAL
                | Errno::OPNOTSUPP
                | Errno::NODEV
                | Errno::NXIO
                | Errno::AGAIN
                | Errno::NODATA
                | Errno::NOMEDIUM,
            ) => Self::NoValue,
            Some(Errno::ACCESS | Errno::PERM) => Self::Denied,
            _ if error.kind() == io::ErrorKind::Unsupported => Self::NoValue,
            _ => Self::Unreadable(error.to_string()),
        }
    }
}

/// The tree that collectors read, shared by all of them; and what still hangs in it.
#[derive(Clone)]
pub struct Root(Arc<dyn Tree>, Guard);

impl Root {
    /// The tree below `path`; `/` is the machine itself.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        if path == Path::new("/") { Self::new(Live) } else { Self::new(Captured::at(path)) }
    }

    /// A tree of one's own.
    #[must_use]
    pub fn new(tree: impl Tree + 'static) -> Self {
        Self(Arc::new(tree), Guard::default())
    }

    /// Guards the reading of single devices: one that hangs is asked by nobody until it answers.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.1
    }

    #[cfg(test)]
    pub(crate) fn tree(&self) -> &dyn Tree {
        self.0.as_ref()
    }

    /// The whole file, which may have `limit_bytes` at most.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn read(&self, path: &str, limit_bytes: usize) -> Result<Vec<u8>, Miss> {
        let bytes = self.0.read(path, limit_bytes)?;
        if bytes.len() > limit_bytes { Err(Miss::TooLong { limit_bytes }) } else { Ok(bytes) }
    }

    /// The file's beginning, up to `limit_bytes`.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn head(&self, path: &str, limit_bytes: usize) -> Result<Vec<u8>, Miss> {
        let mut bytes = self.0.read(path, limit_bytes)?;
        bytes.truncate(limit_bytes);
        Ok(bytes)
    }

    /// The names in a directory, sorted.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn names(&self, path: &str) -> Result<Vec<String>, Miss> {
        let mut names = self.0.names(path)?;
        names.sort_unstable();
        Ok(names)
    }

    /// How many of the names in a directory are such: cheaper than to have them all.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn count(&self, path: &str, is_such: impl Fn(&str) -> bool) -> Result<usize, Miss> {
        Ok(self.0.count(path, &is_such)?)
    }

    /// Whether there is anything at this path.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.0.exists(path)
    }

    /// The path with all symbolic links followed.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn real(&self, path: &str) -> Result<String, Miss> {
        Ok(self.0.real(path)?)
    }

    /// Where the symbolic link at this path leads.
    ///
    /// # Errors
    /// [`Miss`].
    pub fn target(&self, path: &str) -> Result<String, Miss> {
        Ok(self.0.target(path)?)
    }

    /// Stands in a folder of which much will be read, where that makes the reading cheaper.
    pub fn stand(&self, folder: &str) -> Option<Standing> {
        self.0.stand(folder)
    }

    /// Asks what no file tells; the answer's form is told at each [`Question`].
    ///
    /// # Errors
    /// [`Miss`].
    pub fn ask(&self, question: &Question) -> Result<Vec<u8>, Miss> {
        Ok(self.0.ask(question)?)
    }
}

/// Reads a regular file. A pipe or a device node in its place is refused before it is opened: opening can block, and
/// opening a watchdog starts it.
fn read_file(path: &Path, limit_bytes: usize) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    read_to_end(CWD, path, limit_bytes, |_| false)
}

/// Reads a file up to its end: where a read brings nothing more, or, for those that know better, so few bytes that it
/// `is_last`.
fn read_to_end(
    from: BorrowedFd<'_>,
    path: impl Arg,
    limit_bytes: usize,
    is_last: impl Fn(usize) -> bool,
) -> io::Result<Vec<u8>> {
    let file = open(from, path, OFlags::NONBLOCK)?;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        if limit_bytes < PAGE_BYTES {
            // A table that the kernel makes as it is read is not made beyond the room that there is.
            *buffer = Vec::with_capacity(limit_bytes + 1);
        }
        while buffer.len() <= limit_bytes {
            buffer.reserve(PAGE_BYTES.min(limit_bytes.saturating_add(1) - buffer.len()));
            let count = retry_on_intr(|| rustix::io::read(&file, spare_capacity(buffer)))?;
            if count == 0 || is_last(count) {
                break;
            }
        }
        buffer.truncate(limit_bytes.saturating_add(1));
        let bytes = buffer.clone();
        // One long file is no reason to keep so much.
        buffer.shrink_to(FILE_LIMIT_BYTES);
        Ok(bytes)
    })
}

fn open(from: BorrowedFd<'_>, path: impl Arg, flags: OFlags) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::RDONLY | OFlags::CLOEXEC;
    let opened =
        path.into_with_c_str(|path| retry_on_intr(|| rustix::fs::openat(from, path, flags, Mode::empty())));
    Ok(opened?)
}

fn read_target(path: &Path) -> io::Result<String> {
    let target = path.read_link()?.into_os_string().into_string();
    target.map_err(|_| io::ErrorKind::InvalidData.into())
}

fn read_names(from: BorrowedFd<'_>, path: impl Arg) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    each_name(from, path, &mut |name| names.push(name.to_owned()))?;
    Ok(names)
}

/// The names in a directory, [`NAMES_LIMIT`] at most. Whoever is told reads nothing meanwhile: the buffer is in use.
fn each_name(from: BorrowedFd<'_>, path: impl Arg, tell: &mut dyn FnMut(&str)) -> io::Result<()> {
    let folder = open(from, path, OFlags::DIRECTORY)?;
    let mut told = 0;
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        buffer.reserve(NAMES_BUFFER_BYTES);
        let mut entries = RawDir::new(folder, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            // A name that is no UTF-8 is none of the kernel's.
            let Ok(name) = entry.file_name().to_str() else { continue };
            if name == "." || name == ".." {
                continue;
            }
            tell(name);
            told += 1;
            if told == NAMES_LIMIT {
                break;
            }
        }
        Ok(())
    })
}
