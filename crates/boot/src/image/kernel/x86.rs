//! A bzImage (Documentation/arch/x86/boot.rst).

use super::{Kernel, version_in, word};
use crate::image::processor::Processor;

pub(super) fn is_kernel(bytes: &[u8]) -> bool {
    word(bytes, 0x1fe) == Some(0xaa55) && bytes.get(0x202..0x206) == Some(b"HdrS")
}

pub(super) fn parse(bytes: &[u8]) -> Result<Kernel, String> {
    let protocol = word(bytes, 0x206).unwrap_or(0);
    // Loaded high: a bzImage. The flag for 64 bits came with protocol 2.12, in 2013.
    if bytes.get(0x211).is_none_or(|flags| flags & 0x01 == 0) || protocol < 0x020c {
        return Err("it is no bzImage, or older than Linux 3.8".to_owned());
    }
    if word(bytes, 0x236).is_none_or(|flags| flags & 0x01 == 0) {
        return Err("it is for 32-bit x86".to_owned());
    }
    let version = version(bytes).ok_or("it does not say its version")?;
    Ok(Kernel { version, processor: Processor::X86_64, unpacked: None })
}

/// The header points to it.
fn version(bytes: &[u8]) -> Option<String> {
    let start = usize::from(word(bytes, 0x20e).filter(|offset| *offset != 0)?) + 0x200;
    version_in(bytes.get(start..)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bz_image(version: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 0x2000];
        bytes[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
        bytes[0x202..0x206].copy_from_slice(b"HdrS");
        bytes[0x206..0x208].copy_from_slice(&0x020f_u16.to_le_bytes());
        bytes[0x20e..0x210].copy_from_slice(&0x0100_u16.to_le_bytes());
        bytes[0x211] = 1;
        bytes[0x236] = 0x3f;
        bytes[0x300..0x300 + version.len()].copy_from_slice(version);
        bytes
    }

    #[test]
    fn a_bz_image_says_its_version() {
        let kernel =
            Kernel::parse(&bz_image(b"6.1.0-56-amd64 (debian-kernel@lists.debian.org) #1 SMP\0")).unwrap();
        assert_eq!((kernel.version.as_str(), kernel.processor), ("6.1.0-56-amd64", Processor::X86_64));
        assert_eq!(kernel.unpacked, None);
    }

    #[test]
    fn what_can_not_be_booted_is_refused() {
        let good = bz_image(b"6.1.0 #1\0");
        assert!(Kernel::parse(&good).is_ok());
        for (at, byte) in
            [(0x1fe, 0), (0x202, b'X'), (0x207, 1), (0x211, 0), (0x236, 0), (0x300, b'/'), (0x301, b'/')]
        {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(Kernel::parse(&bad).is_err(), "{at:#x}");
        }
        assert!(Kernel::parse(b"\x7fELF").is_err() && Kernel::parse(b"").is_err());
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_stumble(tail in prop::collection::vec(any::<u8>(), 0..0x400), cut in 0..0x2000_usize) {
            let mut bytes = bz_image(b"6.1.0 #1\0");
            bytes.truncate(cut);
            bytes.extend(tail);
            Kernel::parse(&bytes).ok();
        }
    }
}
