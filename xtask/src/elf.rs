//! Whether a program needs others to run: a static one names no interpreter.

use anyhow::{Context as _, ensure};

const MAGIC: &[u8] = b"\x7fELF\x02\x01";
/// The program header that names the dynamic loader.
const PT_INTERP: u32 = 3;

/// Whether this 64-bit little-endian ELF file starts without a dynamic loader.
pub(crate) fn is_static(file: &[u8]) -> anyhow::Result<bool> {
    ensure!(file.starts_with(MAGIC), "it is no 64-bit little-endian ELF file");
    let cut = "its program headers are cut off";
    let start = usize::try_from(u64::from_le_bytes(bytes(file, 0x20).context(cut)?))?;
    let size = usize::from(u16::from_le_bytes(bytes(file, 0x36).context(cut)?));
    let count = usize::from(u16::from_le_bytes(bytes(file, 0x38).context(cut)?));
    ensure!(count > 0, "it has no program headers");
    for number in 0..count {
        let offset = number.checked_mul(size).and_then(|offset| offset.checked_add(start)).context(cut)?;
        if u32::from_le_bytes(bytes(file, offset).context(cut)?) == PT_INTERP {
            return Ok(false);
        }
    }
    Ok(true)
}

fn bytes<const N: usize>(file: &[u8], offset: usize) -> Option<[u8; N]> {
    file.get(offset..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF file with program headers of these kinds.
    fn elf(kinds: &[u32]) -> Vec<u8> {
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(MAGIC);
        file[0x20..0x28].copy_from_slice(&64_u64.to_le_bytes());
        file[0x36..0x38].copy_from_slice(&56_u16.to_le_bytes());
        file[0x38..0x3a].copy_from_slice(&u16::try_from(kinds.len()).unwrap().to_le_bytes());
        for kind in kinds {
            file.extend(kind.to_le_bytes());
            file.extend([0; 52]);
        }
        file
    }

    #[test]
    fn one_that_names_a_loader_is_not_static() {
        assert!(is_static(&elf(&[1, 2, 1])).unwrap());
        assert!(!is_static(&elf(&[1, PT_INTERP])).unwrap());
    }

    #[test]
    fn this_very_test_is_dynamic() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(!is_static(&file).unwrap());
    }

    #[test]
    fn what_is_broken_is_no_static_program() {
        let mut far = elf(&[1]);
        far[0x20..0x28].copy_from_slice(&u64::MAX.to_le_bytes());
        for file in [&b""[..], b"#!/bin/sh", &elf(&[1])[..60], &elf(&[1, 1])[..100], &elf(&[]), &far] {
            is_static(file).unwrap_err();
        }
    }
}
