//! What a kernel file says of itself. Pure.

mod arm64;
mod x86;

use super::processor::Processor;

/// A kernel that iPXE can start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kernel {
    /// As `uname -r` will say.
    pub(super) version: String,
    pub(super) processor: Processor,
    /// The kernel as it must be handed out, where the file is not: iPXE starts no packed `Image`.
    pub(super) unpacked: Option<Vec<u8>>,
}

/// No kernel has more.
const LIMIT_BYTES: u64 = 256 << 20;

impl Kernel {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if x86::is_kernel(bytes) { x86::parse(bytes) } else { arm64::parse(bytes) }
    }
}

/// The first word of a version text, if it is one that can be a folder's name.
fn version_in(text: &[u8]) -> Option<String> {
    let text = text.get(..text.len().min(256))?;
    let text = text.split(|b| *b == 0 || *b == b' ').next()?;
    let text = std::str::from_utf8(text).ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    let sound = text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 80 && text.chars().all(plain);
    sound.then(|| text.to_owned())
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let (word, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u16::from_le_bytes(*word))
}

fn double_word(bytes: &[u8], at: usize) -> Option<u32> {
    let (word, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u32::from_le_bytes(*word))
}
