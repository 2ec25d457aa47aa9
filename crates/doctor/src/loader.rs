//! What a file is that firmware was told to run. Pure.

use crate::bytes::array;
use crate::firmware::{Executable, Processor};

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A program.
    Program(Executable),
    /// An iPXE script.
    Script,
    /// Text of another kind, such as a page that says what went wrong.
    Text,
    /// Nothing.
    Empty,
}

/// Looks at the first bytes. A BIOS program has no mark of its own: it is what is nothing else.
pub(crate) fn content(bytes: &[u8]) -> Content {
    if bytes.is_empty() {
        return Content::Empty;
    }
    if bytes.starts_with(b"#!ipxe") || bytes.starts_with(b"#!gpxe") {
        return Content::Script;
    }
    if let Some(machine) = pe_machine(bytes) {
        return Content::Program(Executable::Efi(match machine {
            0x014c => Processor::Ia32,
            0x8664 => Processor::X64,
            0xaa64 => Processor::Arm64,
            other => Processor::Other(other),
        }));
    }
    let start = bytes.get(..64).unwrap_or(bytes);
    if start.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
        return Content::Text;
    }
    Content::Program(Executable::Bios)
}

/// The processor of a PE image (the header's place stands at 0x3c).
fn pe_machine(bytes: &[u8]) -> Option<u16> {
    if array(bytes, 0)? != *b"MZ" {
        return None;
    }
    let at = usize::try_from(u32::from_le_bytes(array(bytes, 0x3c)?)).ok()?;
    (array(bytes, at)? == *b"PE\0\0").then(|| array(bytes, at.checked_add(4)?).map(u16::from_le_bytes))?
}

/// The file that shim loads after itself, where this is shim: iPXE's names it `NAME-shim.efi`, and it looks for `NAME.efi`.
pub(crate) fn behind_shim(name: &str) -> Option<String> {
    name.strip_suffix("-shim.efi").map(|stem| format!("{stem}.efi"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pe(machine: u16) -> Vec<u8> {
        let mut bytes = vec![0; 0x48];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    #[test]
    fn programs_are_told_apart() {
        let program = |processor| Content::Program(Executable::Efi(processor));
        assert_eq!(content(&pe(0x8664)), program(Processor::X64));
        assert_eq!(content(&pe(0xaa64)), program(Processor::Arm64));
        assert_eq!(content(&pe(0x014c)), program(Processor::Ia32));
        assert_eq!(content(&pe(0x5064)), program(Processor::Other(0x5064)));
        assert_eq!(content(&[0xea, 5, 0, 0xc0, 7]), Content::Program(Executable::Bios));
    }

    #[test]
    fn what_is_no_program_is_not_taken_for_one() {
        assert_eq!(content(b""), Content::Empty);
        assert_eq!(content(b"#!ipxe\necho hi\n"), Content::Script);
        assert_eq!(content(b"<html>404</html>"), Content::Text);
        // A header that points outside of the file, and a DOS program.
        let mut outside = pe(0x8664);
        outside[0x3c..0x40].fill(0xff);
        assert_eq!(content(&outside), Content::Program(Executable::Bios));
    }

    #[test]
    fn shim_names_what_follows_it() {
        assert_eq!(behind_shim("sb/snponly-shim.efi").as_deref(), Some("sb/snponly.efi"));
        assert_eq!(behind_shim("snponly.efi"), None);
    }
}
