//! Devices of few bytes and much nothing.

use super::*;

/// A device: what is not written is zero.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub size_bytes: u64,
    sector_bytes: u32,
    parts: Vec<(u64, Vec<u8>)>,
}

impl Device {
    pub(super) fn of(size_bytes: u64) -> Self {
        Self { size_bytes, sector_bytes: 512, parts: Vec::new() }
    }

    pub(super) fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.parts.push((offset, bytes.to_vec()));
    }

    /// What is read there; less at the end.
    pub(super) fn bytes(&self, offset: u64, length: u32) -> Vec<u8> {
        let length = u64::from(length).min(self.size_bytes.saturating_sub(offset));
        let mut read = vec![0; usize::try_from(length).unwrap()];
        for (start, part) in &self.parts {
            for (byte, at) in part.iter().zip(*start..) {
                let place = at.checked_sub(offset).and_then(|at| read.get_mut(usize::try_from(at).unwrap()));
                place.into_iter().for_each(|place| *place = *byte);
            }
        }
        read
    }

    pub(super) fn flip(&mut self, offset: u64) {
        let byte = self.bytes(offset, 1)[0];
        self.write(offset, &[byte ^ 1]);
    }

    /// What a caller finds who reads all that is wanted.
    pub(super) fn find(&self) -> Findings {
        let mut image = Image::new(self.size_bytes, self.sector_bytes);
        let mut pieces = image.first_pieces();
        for _ in 0..100 {
            for piece in pieces {
                assert!(piece.length <= 70_000, "{piece:?}");
                image.add(piece, self.bytes(piece.offset, piece.length));
            }
            let found = find(&image);
            pieces = image.take_wanted();
            if pieces.is_empty() {
                return found;
            }
        }
        panic!("it never has enough: {pieces:?}");
    }
}

/// What a format's own tool wrote: a name and a size, then the places of bytes that are not zero.
pub(super) fn real(name: &str) -> Device {
    let text = include_str!("real.txt").split("\n\n").find(|it| it.starts_with(&format!("{name} "))).unwrap();
    let mut lines = text.lines().map(|line| line.split_once(' ').unwrap());
    let mut device = Device::of(lines.next().unwrap().1.parse().unwrap());
    for (offset, digits) in lines {
        let digits = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
        device.write(offset.parse().unwrap(), &bytes);
    }
    device
}
