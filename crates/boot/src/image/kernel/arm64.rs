//! The three forms in which distributions ship a kernel for 64-bit ARM: `Image` as it is (Debian), packed by gzip (Ubuntu),
//! and as an EFI program that unpacks itself ("zboot": Fedora, CentOS). Documentation/arch/arm64/booting.rst;
//! drivers/firmware/efi/libstub/zboot-header.S.

use super::{Kernel, LIMIT_BYTES, double_word, version_in, word};
use crate::image::packed::Packing;
use crate::image::processor::Processor;

const IMAGE_MAGIC: &[u8] = b"ARM\x64";
const GZIP_MAGIC: &[u8] = b"\x1f\x8b";
/// A PE header's word for this processor.
const PE_AARCH64: u16 = 0xaa64;

pub(super) fn parse(bytes: &[u8]) -> Result<Kernel, String> {
    if bytes.starts_with(GZIP_MAGIC) {
        let image = Packing::Gzip.unpack(bytes.to_vec(), LIMIT_BYTES).map_err(|error| error.to_string())?;
        let version = image_version(&image)?;
        return Ok(Kernel { version, processor: Processor::Aarch64, unpacked: Some(image) });
    }
    let version = match zboot_image(bytes)? {
        Some(image) => banner_version(&image)?,
        None => image_version(bytes)?,
    };
    Ok(Kernel { version, processor: Processor::Aarch64, unpacked: None })
}

/// Of an `Image`, which must be a program for UEFI too: iPXE starts no other on this processor.
fn image_version(image: &[u8]) -> Result<String, String> {
    if image.get(0x38..0x3c) != Some(IMAGE_MAGIC) {
        return Err("it has neither the header of an x86 kernel nor that of an arm64 one".to_owned());
    }
    check_efi(image)?;
    banner_version(image)
}

fn check_efi(image: &[u8]) -> Result<(), String> {
    let pe = double_word(image, 0x3c).and_then(|at| usize::try_from(at).ok());
    let pe = pe.and_then(|at| image.get(at..)).filter(|pe| pe.starts_with(b"PE\0\0"));
    match pe.filter(|_| image.starts_with(b"MZ")).and_then(|pe| word(pe, 4)) {
        Some(PE_AARCH64) => Ok(()),
        Some(machine) => Err(format!("it is a UEFI program for another processor (0x{machine:04x})")),
        None => Err("it can't be started by UEFI (built without CONFIG_EFI)".to_owned()),
    }
}

/// What a zboot program holds; `None` for a file that is none.
fn zboot_image(bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
    if !bytes.starts_with(b"MZ") || bytes.get(4..8) != Some(b"zimg") {
        return Ok(None);
    }
    check_efi(bytes)?;
    let field = |at| double_word(bytes, at).and_then(|value| usize::try_from(value).ok());
    let payload = field(8).zip(field(12));
    let payload = payload.and_then(|(at, length)| bytes.get(at..)?.get(..length));
    let payload = payload.ok_or("it is cut short: its packed part ends behind its end")?;
    let kind = bytes.get(24..56).and_then(|text| text.split(|b| *b == 0).next()).unwrap_or_default();
    let packing = match kind {
        b"gzip" => Packing::Gzip,
        kind if kind.starts_with(b"zstd") => Packing::Zstd,
        kind if kind.starts_with(b"xz") => Packing::Xz,
        kind => {
            let kind = String::from_utf8_lossy(kind).escape_default().to_string();
            return Err(format!("it is packed by {kind:?}; gzip, xz and zstd can be read"));
        }
    };
    packing.unpack(payload.to_vec(), LIMIT_BYTES).map(Some).map_err(|error| error.to_string())
}

/// `Linux version 6.1.0-56-arm64 (…`, which every kernel holds and says first.
fn banner_version(image: &[u8]) -> Result<String, String> {
    const BANNER: &[u8] = b"Linux version ";
    let found = image.windows(BANNER.len()).enumerate().filter(|(_, window)| *window == BANNER);
    let version = found.into_iter().find_map(|(at, _)| version_in(image.get(at + BANNER.len()..)?));
    version.ok_or_else(|| "it does not say its version".to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use proptest::prelude::*;

    const BANNER: &[u8] =
        b"%s version\0Linux version %d\0Linux version 6.1.0-56-arm64 (builder@lab) #1 SMP\n\0";

    fn pe(bytes: &mut [u8], machine: u16) {
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        bytes[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
    }

    fn image() -> Vec<u8> {
        let mut bytes = vec![0; 0x800];
        pe(&mut bytes, PE_AARCH64);
        bytes[0x38..0x3c].copy_from_slice(IMAGE_MAGIC);
        bytes[0x400..0x400 + BANNER.len()].copy_from_slice(BANNER);
        bytes
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn zboot(kind: &[u8], payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 0x100];
        pe(&mut bytes, PE_AARCH64);
        bytes[4..8].copy_from_slice(b"zimg");
        bytes[8..12].copy_from_slice(&0x100_u32.to_le_bytes());
        bytes[12..16].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
        bytes[24..24 + kind.len()].copy_from_slice(kind);
        bytes.extend(payload);
        bytes
    }

    #[test]
    fn every_form_says_its_version_and_only_a_packed_image_is_unpacked() {
        let zstd = zstd::encode_all(image().as_slice(), 1).unwrap();
        for (form, bytes, unpacked) in [
            ("Image", image(), None),
            ("Image.gz", gzip(&image()), Some(image())),
            ("zboot gzip", zboot(b"gzip", &gzip(&image())), None),
            ("zboot zstd", zboot(b"zstd22", &zstd), None),
        ] {
            let kernel = Kernel::parse(&bytes).unwrap_or_else(|error| panic!("{form}: {error}"));
            assert_eq!((kernel.version.as_str(), kernel.processor), ("6.1.0-56-arm64", Processor::Aarch64));
            assert_eq!(kernel.unpacked, unpacked, "{form}");
        }
    }

    #[test]
    fn what_can_not_be_booted_is_said() {
        let (mut other, mut no_efi, mut silent) = (image(), image(), image());
        pe(&mut other, 0x8664);
        no_efi[0] = 0;
        silent[0x400..0x460].fill(0);
        for (named, bytes) in [
            ("another processor (0x8664)", other),
            ("CONFIG_EFI", no_efi.clone()),
            ("CONFIG_EFI", gzip(&no_efi)),
            ("does not say its version", silent),
            ("damaged", gzip(&image())[..100].to_vec()),
            ("damaged", zboot(b"gzip", b"\x1f\x8b")),
            ("packed by \"lz4\"", zboot(b"lz4", b"")),
            ("cut short", zboot(b"gzip", &gzip(&image()))[..0x120].to_vec()),
            ("neither", b"MZ".to_vec()),
        ] {
            let error = Kernel::parse(&bytes).unwrap_err();
            assert!(error.contains(named), "{named}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_stumble(at in 0..0x100_usize, byte: u8, cut in 0..0x900_usize) {
            for mut bytes in [image(), zboot(b"gzip", &gzip(&image())), gzip(&image())] {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
                bytes.truncate(cut);
                Kernel::parse(&bytes).ok();
            }
        }
    }
}
