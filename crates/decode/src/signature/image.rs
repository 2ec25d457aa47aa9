//! As much of a device as was read.

use std::cell::RefCell;

/// The first pieces end behind btrfs's superblock, the farthest from the beginning.
const HEAD_BYTES: u32 = 0x11000;
/// The last piece has the backup of a GPT with its table, and md's, Intel's and DDF's superblocks.
const TAIL_BYTES: u32 = 0x5000;
/// No more is wanted at once, whatever a device says of itself.
const PIECE_LIMIT_BYTES: usize = 64 << 10;

/// Some bytes of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Where they begin.
    pub offset: u64,
    /// How many.
    pub length: u32,
}

impl Piece {
    fn has(&self, offset: u64, length: usize) -> bool {
        let end = offset.checked_add(length as u64);
        self.offset <= offset && end.is_some_and(|end| end <= self.offset.saturating_add(self.length.into()))
    }
}

/// A device, as far as it was read.
#[derive(Debug)]
pub struct Image {
    size_bytes: u64,
    sector_bytes: u64,
    read: Vec<(Piece, Vec<u8>)>,
    wanted: RefCell<Vec<Piece>>,
}

impl Image {
    /// A device of this size and logical sector, of which nothing was read.
    #[must_use]
    pub fn new(size_bytes: u64, sector_bytes: u32) -> Self {
        let sector_bytes = if matches!(sector_bytes, 512 | 1024 | 2048 | 4096) { sector_bytes } else { 512 };
        Self { size_bytes, sector_bytes: sector_bytes.into(), read: Vec::new(), wanted: RefCell::default() }
    }

    /// The pieces that tell nearly everything.
    #[must_use]
    pub fn first_pieces(&self) -> Vec<Piece> {
        let mut pieces = vec![Piece { offset: 0, length: HEAD_BYTES }];
        let tail = self.size_bytes.saturating_sub(TAIL_BYTES.into()) & !4095;
        let more = [(super::md::old_offset(self), 4096), (super::zfs::last_offset(self), 4096)];
        for (offset, length) in more.into_iter().filter_map(|(offset, length)| Some((offset?, length))) {
            pieces.push(Piece { offset, length });
        }
        if tail > 0 {
            let length = u32::try_from(self.size_bytes - tail).unwrap_or(TAIL_BYTES);
            pieces.push(Piece { offset: tail, length });
        }
        pieces.retain(|piece| {
            piece.offset == 0
                || !Piece { offset: 0, length: HEAD_BYTES }.has(piece.offset, piece.length as usize)
        });
        pieces.sort_by_key(|piece| piece.offset);
        pieces
    }

    /// Takes what was read of a piece: fewer bytes than it has where the device ends, none where it could not be read.
    pub fn add(&mut self, piece: Piece, bytes: Vec<u8>) {
        self.read.push((piece, bytes));
    }

    /// What was looked for and not read yet.
    #[must_use]
    pub fn take_wanted(&mut self) -> Vec<Piece> {
        self.wanted.take()
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(super) fn sector_bytes(&self) -> u64 {
        self.sector_bytes
    }

    /// These bytes; they are wanted where they are on the device and were not read.
    pub(super) fn at(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let end = offset.checked_add(length as u64)?;
        if length > PIECE_LIMIT_BYTES || end > self.size_bytes {
            return None;
        }
        let mut tried = false;
        for (piece, bytes) in self.read.iter().filter(|(piece, _)| piece.has(offset, length)) {
            tried = true;
            let start = usize::try_from(offset - piece.offset).ok()?;
            if let Some(found) = bytes.get(start..).and_then(|rest| rest.get(..length)) {
                return Some(found);
            }
        }
        if !tried {
            let piece = Piece { offset, length: u32::try_from(length).ok()? };
            let mut wanted = self.wanted.borrow_mut();
            if !wanted.iter().any(|known| known.has(offset, length)) {
                wanted.push(piece);
            }
        }
        None
    }
}
