//! A few bytes of a disk.

use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt};

use super::{open, refused};

/// No signature needs more at once.
const LENGTH_LIMIT: u32 = 1 << 20;

pub(super) fn ask(device: &str, offset: u64, length: u32) -> io::Result<Vec<u8>> {
    if length > LENGTH_LIMIT {
        return Err(refused(format!("{length} bytes of a disk: at most {LENGTH_LIMIT} are read at once")));
    }
    let file = open(device)?;
    if !file.metadata()?.file_type().is_block_device() {
        return Err(refused("no block device".to_owned()));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let mut filled = 0;
    while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read_at(room, offset.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
