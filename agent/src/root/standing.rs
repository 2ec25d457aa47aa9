//! Where a reader stands: what lies below that folder is looked up from there, and not from the root each time. In `/sys`
//! most of what a small file costs is the way to it.
//!
//! It changes no answer, only its price; so trees that are not the machine itself know nothing of it.

use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{CWD, OFlags};

use super::open;

thread_local! {
    static FOLDERS: RefCell<Vec<(String, OwnedFd)>> = const { RefCell::new(Vec::new()) };
}

/// One stands in a folder for as long as this is kept; not longer than the folder's device is read, which may be taken out.
#[must_use]
pub struct Standing {
    /// It is this thread that stands there.
    thread: PhantomData<*const ()>,
}

impl Standing {
    /// Goes there, from wherever this thread stands.
    pub(super) fn at(folder: &str) -> io::Result<Self> {
        let opened = from_here(folder, |from, path| open(from, path, OFlags::PATH | OFlags::DIRECTORY))?;
        FOLDERS.with_borrow_mut(|folders| folders.push((folder.to_owned(), opened)));
        Ok(Self { thread: PhantomData })
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        FOLDERS.with_borrow_mut(Vec::pop);
    }
}

/// Looks up a path from where this thread stands, if it leads below.
pub(super) fn from_here<T>(path: &str, look: impl FnOnce(BorrowedFd<'_>, &str) -> T) -> T {
    FOLDERS.with_borrow(|folders| {
        let below = folders.last().and_then(|(folder, opened)| {
            let rest = path.strip_prefix(folder.as_str())?.strip_prefix('/')?;
            (!rest.is_empty() && !rest.starts_with('/')).then_some((opened.as_fd(), rest))
        });
        let (from, path) = below.unwrap_or((CWD, path));
        look(from, path)
    })
}
