//! The locate light of a disk's slot, where an enclosure (SES) has one: `/sys/block/DISK/device/enclosure_device:SLOT/locate`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Lets the light of this disk's slot shine for so long.
pub(super) fn shine(sys: &Path, disk: &str, time: Duration) -> io::Result<()> {
    let light = light(sys, disk)?;
    let before = fs::read_to_string(&light).unwrap_or_default();
    fs::write(&light, "1")?;
    thread::sleep(time);
    // Somebody who stands before the rack may have switched it on: then it stays on.
    if before.trim() == "1" { Ok(()) } else { fs::write(&light, "0") }
}

fn light(sys: &Path, disk: &str) -> io::Result<PathBuf> {
    let not_found = |words: String| io::Error::new(io::ErrorKind::NotFound, words);
    // A name, and no way out of the folder.
    let is_name = disk.starts_with(|c: char| c.is_ascii_alphanumeric())
        && disk.len() <= 32
        && disk.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '!'));
    let device = sys.join("block").join(disk).join("device");
    if !is_name || !device.exists() {
        return Err(not_found(format!("there is no disk {disk:?}")));
    }
    for entry in fs::read_dir(&device)?.take(256) {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b"enclosure_device:") {
            let light = entry.path().join("locate");
            if light.exists() {
                return Ok(light);
            }
        }
    }
    Err(not_found(format!("{disk} sits in no enclosure with a locate light")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_of_the_disks_slot_shines_and_goes_out() {
        let sys = tempfile::tempdir().unwrap();
        let slot = sys.path().join("block/sda/device/enclosure_device:Slot 03");
        fs::create_dir_all(&slot).unwrap();
        fs::create_dir_all(sys.path().join("block/sdb/device")).unwrap();
        assert!(shine(sys.path(), "sda", Duration::ZERO).unwrap_err().to_string().contains("no enclosure"));
        for (before, after) in [("0\n", "0"), ("1\n", "1")] {
            fs::write(slot.join("locate"), before).unwrap();
            shine(sys.path(), "sda", Duration::ZERO).unwrap();
            assert_eq!(fs::read_to_string(slot.join("locate")).unwrap(), after);
        }
        assert!(shine(sys.path(), "sdb", Duration::ZERO).unwrap_err().to_string().contains("no enclosure"));
        for hostile in ["", "sdz", "../block/sda", "..", ".", "sda/../sda", "s\0a", &"a".repeat(100)] {
            let said = shine(sys.path(), hostile, Duration::ZERO).unwrap_err().to_string();
            assert!(said.contains("no disk"), "{said}");
        }
    }
}
