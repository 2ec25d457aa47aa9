//! Files that drivers load into their devices: found by what each picked module asks for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ImageError;
use super::cpio::{Archive, Entry};
use super::left_out::LeftOut;
use super::manifest::{FirmwareFacts, MissingFirmware};
use super::modules::Picked;
use super::packed::Packing;

/// The largest file of linux-firmware has 15 MiB.
const LIMIT_BYTES: u64 = 128 << 20;
/// A manifest names so many missing files, and counts the rest.
const MISSING_NAMED: usize = 100;
/// As the kernel looks: what was put beside goes before what was shipped.
const FOLDERS: [&str; 2] = ["updates", ""];

/// Puts what the picked modules ask for into `lib/firmware`. What is not there is no error: a driver names the firmware of
/// every card that it ever drove.
pub(super) fn put(
    archive: &mut Archive,
    folder: Option<&Path>,
    picked: &Picked,
    left_out: &mut LeftOut,
) -> Result<FirmwareFacts, ImageError> {
    let mut facts = FirmwareFacts::default();
    let mut places = BTreeMap::new();
    for (module, wanted) in picked.firmware() {
        let found = if is_sound(wanted) { find(folder, wanted)? } else { Vec::new() };
        if found.is_empty() && !left_out.firmware(wanted) {
            facts.missing_count += 1;
            if facts.missing.len() < MISSING_NAMED {
                facts.missing.push(MissingFirmware { module: module.to_owned(), file: wanted.to_owned() });
            }
        }
        for file in found {
            let place = format!("lib/firmware/{}", file.name);
            if !left_out.firmware(&file.name) && !archive.contains(&place) {
                facts.files += 1;
                let entry = file.entry(&place, &mut places, &mut facts.size_bytes)?;
                archive.put(&place, entry);
            }
        }
    }
    Ok(facts)
}

/// A file of the firmware's folder.
struct Found {
    /// As the driver will ask for it.
    name: String,
    path: PathBuf,
    packing: Packing,
}

impl Found {
    /// Its content; or, where the distribution has one file under several names, a link to the first.
    fn entry(
        &self,
        place: &str,
        places: &mut BTreeMap<PathBuf, String>,
        size_bytes: &mut u64,
    ) -> Result<Entry, ImageError> {
        let failed = |source| ImageError::Read { path: self.path.clone(), source };
        let real = self.path.canonicalize().map_err(failed)?;
        if let Some(first) = places.get(&real) {
            return Ok(Entry::Link { target: format!("/{first}") });
        }
        let bytes = std::fs::read(&real).map_err(failed)?;
        let packed = |source| ImageError::Packed { path: self.path.clone(), source };
        let content = self.packing.unpack(bytes, LIMIT_BYTES).map_err(packed)?;
        *size_bytes += content.len() as u64;
        places.insert(real, place.to_owned());
        Ok(Entry::Bytes { content, mode: 0o644 })
    }
}

/// Modules come from a distribution, and still: no name leads out of the folder.
fn is_sound(name: &str) -> bool {
    name.len() <= 200 && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn find(folder: Option<&Path>, wanted: &str) -> Result<Vec<Found>, ImageError> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    for below in FOLDERS {
        let folder = folder.join(below);
        let found =
            if wanted.contains(['*', '?']) { matching(&folder, wanted)? } else { exact(&folder, wanted) };
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn exact(folder: &Path, wanted: &str) -> Vec<Found> {
    let file = |packing: Packing| {
        let path = folder.join(format!("{wanted}{}", packing.ending()));
        path.is_file().then(|| Found { name: wanted.to_owned(), path, packing })
    };
    Packing::ALL.into_iter().find_map(file).into_iter().collect()
}

/// The files that a name with stars in its last part stands for.
fn matching(folder: &Path, wanted: &str) -> Result<Vec<Found>, ImageError> {
    let (below, pattern) = wanted.rsplit_once('/').unwrap_or(("", wanted));
    let folder = folder.join(below);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| ImageError::Read { path: folder.clone(), source };
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        let (name, packing) = Packing::of(&file);
        if fits(pattern.as_bytes(), name.as_bytes()) && entry.path().is_file() {
            let name = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            found.insert(name.clone(), Found { name, path: entry.path(), packing });
        }
    }
    Ok(found.into_values().collect())
}

/// Whether a name fits a pattern in which `*` stands for anything and `?` for one character. After a mismatch only the last
/// star takes one more: no pattern takes longer than its length times the name's.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    let mut star = None;
    while let Some(byte) = name.get(in_name) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, in_name));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => (at, in_name) = (at + 1, in_name + 1),
            _ => {
                let Some((after, taken)) = star else { return false };
                star = Some((after, taken + 1));
                (at, in_name) = (after, taken + 1);
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, name, fit) in [
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("*", "", true),
            ("*-sdio.*.bin", "brcm-4356-sdio.x.bin", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*a*a*a*b", &"a".repeat(200), false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), name.as_bytes()), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for name in ["../shadow", "a/../../b", "/etc/passwd", "a//b", "", "."] {
            assert!(!is_sound(name), "{name}");
        }
        assert!(is_sound("intel/ice/ddp/ice.pkg"));
    }
}
