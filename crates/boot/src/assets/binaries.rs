//! iPXE binaries: an asset of the name, or else a file of the folder that the operator named, or else the asset that had the
//! name until lately. The same by TFTP and by HTTP.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::served::Served;
pub use crate::tftp::Refusal;

/// What the gateway hands out by name on every site: BIOS, UEFI by the firmware's own driver, UEFI by iPXE's drivers.
const USUAL: [&str; 3] = ["undionly.kpxe", "snponly.efi", "ipxe.efi"];
/// What only some sites need: who is left out without them.
const SPECIAL: [(&[&str], &str); 2] = [
    (&["snponly-arm64.efi", "ipxe-arm64.efi"], "64-bit ARM"),
    (&["snponly-shim.efi", "shimx64.efi"], "Secure Boot"),
];

/// A binary that can't be handed out, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingBinary {
    /// One that every site needs.
    #[error("no {name}: {reason}")]
    Usual {
        /// Its name.
        name: &'static str,
        /// Why.
        reason: Refusal,
    },
    /// None of some that only some machines need.
    #[error("none of {}: machines with {machines} can't load iPXE", names.join(", "))]
    Special {
        /// Any of these would do.
        names: &'static [&'static str],
        /// Who needs it.
        machines: &'static str,
    },
}

/// Why a file can't be the binary that it is called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that is no {name}: {reason}")]
pub struct BinaryFault {
    name: String,
    reason: String,
}

/// Where iPXE binaries are looked for; cheap to clone.
#[derive(Clone)]
pub struct Binaries {
    served: Option<Served>,
    folder: PathBuf,
}

impl Binaries {
    /// Among the assets, then in this folder.
    #[must_use]
    pub fn new(served: Served, folder: &Path) -> Self {
        Self { served: Some(served), folder: folder.to_owned() }
    }

    /// In this folder only.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { served: None, folder: folder.to_owned() }
    }

    /// Opens a binary, and says how large it is.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn open(&self, name: &str) -> Result<(File, u64), Refusal> {
        self.open_current(name).or_else(|refusal| {
            // A machine that was sent here by a script from before the change.
            let lingering = self.served.as_ref().and_then(|served| served.lingering_binary(plain(name)));
            lingering.and_then(|path| open_asset(name, &path)).ok_or(refusal)
        })
    }

    fn open_current(&self, name: &str) -> Result<(File, u64), Refusal> {
        let asset = self.served.as_ref().and_then(|served| served.binary(plain(name)));
        match asset.and_then(|path| open_asset(name, &path)) {
            Some(opened) => Ok(opened),
            None => crate::tftp::open(&self.folder, name),
        }
    }

    /// What can't be handed out. (Debian 12's `ipxe.efi` is a link to `/boot`: UEFI machines do without it as long as the
    /// gateway names `snponly.efi`.)
    #[must_use]
    pub fn missing(&self) -> Vec<MissingBinary> {
        let refused =
            |name| self.open_current(name).err().map(|reason| MissingBinary::Usual { name, reason });
        let special = |(names, machines): (&'static [&'static str], _)| {
            let none = names.iter().all(|name| self.open_current(name).is_err());
            none.then_some(MissingBinary::Special { names, machines })
        };
        USUAL.into_iter().filter_map(refused).chain(SPECIAL.into_iter().filter_map(special)).collect()
    }
}

fn plain(name: &str) -> &str {
    name.strip_prefix('/').unwrap_or(name)
}

fn open_asset(name: &str, path: &Path) -> Option<(File, u64)> {
    match File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))) {
        Ok((size_bytes, file)) => Some((file, size_bytes)),
        Err(error) => {
            tracing::error!(name, %error, "an iPXE binary's asset can't be read: its folder is looked into");
            None
        }
    }
}

// The header of a PE file (Microsoft's PE Format): where the COFF header lies, and the machine that it names.
const PE_OFFSET_AT: usize = 0x3c;
/// A processor: its number there, what its name for people is, and the parts of a file's name that tell it.
type Processor = (u16, &'static str, &'static [&'static str]);

/// The one that is meant where a name tells none.
const X86_64: Processor = (0x8664, "64-bit x86", &[]);
const OTHERS: [Processor; 3] = [
    (0xaa64, "64-bit ARM", &["arm64", "aa64"]),
    (0x014c, "32-bit x86", &["i386", "ia32"]),
    // ARM and Thumb mixed: UEFI knows no other.
    (0x01c2, "32-bit ARM", &["arm32"]),
];

/// Looks at the beginning of a binary: firmware says nothing when it is given one for another processor, or a web page.
///
/// # Errors
/// [`BinaryFault`].
pub fn check_binary(name: &str, head: &[u8]) -> Result<(), BinaryFault> {
    let fault = |reason| Err(BinaryFault { name: name.to_owned(), reason });
    if !name.to_ascii_lowercase().ends_with(".efi") {
        return Ok(());
    }
    let Some(machine) = machine(head) else { return fault("it is no EFI program".to_owned()) };
    let told = OTHERS.iter().find(|(_, _, parts)| parts.iter().any(|part| name.contains(part)));
    let told = told.unwrap_or(&X86_64);
    match OTHERS.iter().chain([&X86_64]).find(|(number, ..)| *number == machine) {
        Some(is) if is.0 != told.0 => fault(match is.2.first() {
            Some(part) => format!("it is for {}, and the name of such a one has {part} in it", is.1),
            None => format!("it is for {}, not for {}", is.1, told.1),
        }),
        // A processor that only its operator knows.
        Some(_) | None => Ok(()),
    }
}

fn machine(head: &[u8]) -> Option<u16> {
    let half = |at: usize| Some(u16::from_le_bytes(head.get(at..at.checked_add(2)?)?.try_into().ok()?));
    if head.get(..2)? != b"MZ" {
        return None;
    }
    let pe = usize::from(half(PE_OFFSET_AT)?);
    if head.get(pe..pe.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    half(pe.checked_add(4)?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;
    use std::sync::Arc;

    use super::*;
    use crate::asset::AssetId;
    use crate::assets::{AssetName, Assets, LINGERS, Referenced, Uses, referenced};
    use inventory::{Clock as _, ManualClock, Timestamp};

    fn efi(machine: u16) -> Vec<u8> {
        let mut head = vec![0; 0x80];
        head[..2].copy_from_slice(b"MZ");
        head[0x3c] = 0x40;
        head[0x40..0x44].copy_from_slice(b"PE\0\0");
        head[0x44..0x46].copy_from_slice(&machine.to_le_bytes());
        head
    }

    #[test]
    fn a_binary_for_another_machine_is_told_by_its_header() {
        for (name, head, right) in [
            ("snponly.efi", efi(0x8664), true),
            ("snponly-arm64.efi", efi(0xaa64), true),
            ("ipxe-i386.efi", efi(0x14c), true),
            ("snponly-arm32.efi", efi(0x1c2), true),
            ("riscv.efi", efi(0x5064), true),
            ("snponly.efi", efi(0xaa64), false),
            ("snponly.efi", efi(0x14c), false),
            ("snponly-arm64.efi", efi(0x8664), false),
            ("snponly-arm64.efi", efi(0x1c2), false),
            ("ipxe-i386.efi", efi(0x8664), false),
            ("snponly.efi", b"<html>".to_vec(), false),
            ("snponly.efi", b"MZ".to_vec(), false),
            ("undionly.kpxe", b"anything".to_vec(), true),
        ] {
            assert_eq!(check_binary(name, &head).is_ok(), right, "{name}");
        }
    }

    #[test]
    fn missing_binaries_are_named_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let binaries = Binaries::in_folder(dir.path());
        let named = || binaries.missing().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(named().len(), 5);
        for there in ["snponly.efi", "snponly-arm64.efi"] {
            std::fs::write(dir.path().join(there), "x").unwrap();
        }
        symlink("/boot/ipxe.efi", dir.path().join("ipxe.efi")).unwrap();
        assert_eq!(
            named(),
            [
                "no undionly.kpxe: there is no such file",
                "no ipxe.efi: it is a symbolic link that leads out of the folder: put a copy there",
                "none of snponly-shim.efi, shimx64.efi: machines with Secure Boot can't load iPXE",
            ]
        );
    }

    #[test]
    fn an_asset_comes_before_the_folder_and_a_lost_one_or_one_of_before_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let assets = Assets::open(&dir.path().join("assets"), 1 << 20).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp(0)));
        let served = Served::none(assets.clone(), clock.clone());
        let binaries = Binaries::new(served.clone(), dir.path());
        let read = |name: &str| {
            let (mut file, size_bytes) = binaries.open(name).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(size_bytes, text.len() as u64);
            text
        };
        let folder = dir.path().join("snponly.efi");
        std::fs::write(&folder, "of the folder").unwrap();
        assert_eq!(read("snponly.efi"), "of the folder");
        let id = AssetId::of_digest([7; 32]);
        let name: AssetName = "snponly.efi".parse().unwrap();
        let uses = Uses::default().turn(&referenced([], &[], [(name, id)].into()), clock.now());
        served.replace(uses.clone());
        assert_eq!(read("/snponly.efi"), "of the folder");
        std::fs::write(assets.path(&id), "an asset").unwrap();
        assert_eq!(read("/snponly.efi"), "an asset");
        assert_eq!(binaries.open("../assets").unwrap_err(), Refusal::NotPlain);
        // Taken back: the folder's counts at once, and where there is none a boot under way still gets its own.
        served.replace(uses.turn(&Referenced::default(), clock.now()));
        assert_eq!(read("snponly.efi"), "of the folder");
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(read("/snponly.efi"), "an asset");
        assert!(binaries.missing().iter().any(|missing| missing.to_string().contains("snponly.efi")));
        clock.advance(LINGERS);
        assert_eq!(binaries.open("snponly.efi").unwrap_err(), Refusal::NotFound);
    }
}
