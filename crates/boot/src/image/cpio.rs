//! Writes a cpio archive of the kind that the kernel unpacks ("newc", Documentation/driver-api/early-userspace). The same
//! content makes the same bytes: entries are sorted, times are zero, everything belongs to root.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::asset::AssetId;

/// What lies at a path.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Folder {
        mode: u32,
    },
    Bytes {
        content: Vec<u8>,
        mode: u32,
    },
    /// A file's content, read when it is written.
    Copy {
        from: PathBuf,
        mode: u32,
    },
    Link {
        target: String,
    },
    Device {
        major: u32,
        minor: u32,
    },
}

const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// Paths without a leading slash, and what lies there.
#[derive(Debug, Default)]
pub(super) struct Archive(BTreeMap<String, Entry>);

impl Archive {
    /// Puts an entry at `path`, and the folders above it where they are not there yet.
    pub(super) fn put(&mut self, path: &str, entry: Entry) {
        let parents = path.match_indices('/').map(|(end, _)| path.split_at(end).0);
        for parent in parents {
            self.0.entry(parent.to_owned()).or_insert(Entry::Folder { mode: 0o755 });
        }
        self.0.insert(path.to_owned(), entry);
    }

    pub(super) fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Writes all of it; `after` is told of each entry that was written.
    pub(super) fn write<W: Write>(
        &self,
        out: &mut W,
        mut after: impl FnMut(&str, &W),
    ) -> Result<(), (PathBuf, io::Error)> {
        let written = |error| (PathBuf::new(), error);
        for (number, (path, entry)) in (1_u32..).zip(&self.0) {
            write_entry(out, number, path, entry)?;
            after(path, out);
        }
        let end = Header { name: "TRAILER!!!", mode: 0, device: (0, 0), number: 0, size: 0 };
        end.write(out).map_err(written)
    }
}

struct Header<'a> {
    name: &'a str,
    mode: u32,
    device: (u32, u32),
    number: u32,
    size: u32,
}

fn write_entry(
    out: &mut impl Write,
    number: u32,
    name: &str,
    entry: &Entry,
) -> Result<(), (PathBuf, io::Error)> {
    let written = |error| (PathBuf::new(), error);
    let read;
    let (mode, device, content): (u32, _, &[u8]) = match entry {
        Entry::Folder { mode } => (FOLDER | mode, (0, 0), &[]),
        Entry::Bytes { content, mode } => (FILE | mode, (0, 0), content),
        Entry::Copy { from, mode } => {
            read = std::fs::read(from).map_err(|error| (from.clone(), error))?;
            (FILE | mode, (0, 0), &read)
        }
        Entry::Link { target } => (LINK | 0o777, (0, 0), target.as_bytes()),
        Entry::Device { major, minor } => (CHARACTER_DEVICE | 0o600, (*major, *minor), &[]),
    };
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, "larger than 4 GiB");
    let size = u32::try_from(content.len()).map_err(|_| written(too_large()))?;
    Header { name, mode, device, number, size }.write(out).map_err(written)?;
    out.write_all(content).and_then(|()| pad(out, content.len())).map_err(written)
}

impl Header<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let links = if self.mode & FOLDER != 0 { 2 } else { 1 };
        let name_bytes = u32::try_from(self.name.len() + 1).unwrap_or(u32::MAX);
        out.write_all(b"070701")?;
        // inode, mode, uid, gid, links, mtime, size, device of the file, device that it is, length of the name, checksum
        let (major, minor) = self.device;
        let fields = [self.number, self.mode, 0, 0, links, 0, self.size, 0, 0, major, minor, name_bytes, 0];
        for field in fields {
            write!(out, "{field:08x}")?;
        }
        out.write_all(self.name.as_bytes())?;
        out.write_all(&[0])?;
        pad(out, 110 + self.name.len() + 1)
    }
}

/// Up to the next multiple of four.
fn pad(out: &mut impl Write, written: usize) -> io::Result<()> {
    out.write_all([0; 3].get(..written.next_multiple_of(4) - written).unwrap_or_default())
}

/// A file that counts and hashes what is written to it.
pub(super) struct Measured {
    file: File,
    pub(super) size_bytes: u64,
    hash: sha2::Sha256,
}

impl Measured {
    pub(super) fn create(path: &std::path::Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, size_bytes: 0, hash: sha2::Digest::new() })
    }

    pub(super) fn finish(self) -> io::Result<(u64, AssetId)> {
        self.file.sync_all()?;
        Ok((self.size_bytes, AssetId::of_digest(sha2::Digest::finalize(self.hash).into())))
    }
}

impl Write for Measured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        sha2::Digest::update(&mut self.hash, bytes.get(..written).unwrap_or_default());
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
