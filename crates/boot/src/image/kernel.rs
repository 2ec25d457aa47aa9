//! What a kernel file says of itself (Documentation/arch/x86/boot.rst). Pure.

/// A kernel for 64-bit x86.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kernel {
    /// As `uname -r` will say.
    pub(super) version: String,
}

impl Kernel {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        if word(bytes, 0x1fe) != Some(0xaa55) || bytes.get(0x202..0x206) != Some(b"HdrS") {
            return Err("it has not the header of an x86 kernel");
        }
        let protocol = word(bytes, 0x206).unwrap_or(0);
        // Loaded high: a bzImage. The flag for 64 bits came with protocol 2.12, in 2013.
        if bytes.get(0x211).is_none_or(|flags| flags & 0x01 == 0) || protocol < 0x020c {
            return Err("it is no bzImage, or older than Linux 3.8");
        }
        if word(bytes, 0x236).is_none_or(|flags| flags & 0x01 == 0) {
            return Err("it is for 32-bit x86");
        }
        let version = version(bytes).ok_or("it does not say its version")?;
        Ok(Self { version })
    }
}

/// The first word of the version string that the header points to, if it is one that can be a folder's name.
fn version(bytes: &[u8]) -> Option<String> {
    let start = usize::from(word(bytes, 0x20e).filter(|offset| *offset != 0)?) + 0x200;
    let text = bytes.get(start..)?.get(..256)?;
    let text = text.split(|b| *b == 0 || *b == b' ').next()?;
    let text = std::str::from_utf8(text).ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    (text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(plain)).then(|| text.to_owned())
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    let (word, _) = bytes.get(at..)?.split_first_chunk()?;
    Some(u16::from_le_bytes(*word))
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
        assert_eq!(kernel.version, "6.1.0-56-amd64");
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
