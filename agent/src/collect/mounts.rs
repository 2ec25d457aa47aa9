//! The mount table, reduced to filesystems that live on a device.

use std::collections::BTreeMap;

use super::Nothing;
use crate::probe::{Probe, clean};

const MOUNTS: &str = "/proc/mounts";
/// A node with hundreds of containers has a long one.
const TABLE_LIMIT_BYTES: usize = 4 << 20;
/// Images: made full, and never written to.
const IMAGES: [&str; 5] = ["squashfs", "iso9660", "udf", "erofs", "cramfs"];

/// A mounted filesystem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted; of several places the shortest.
    pub mount: String,
    /// The device.
    pub device: String,
    /// `ext4`, `xfs`.
    pub kind: String,
    /// No place where it is mounted can be written to.
    pub read_only: bool,
}

/// All filesystems that live on a device, each once, sorted by mount point.
///
/// # Errors
/// [`Nothing`], where the kernel shows no mount table.
pub fn mounted_devices(probe: &Probe) -> Result<Vec<Mount>, Nothing> {
    let table = probe.lines(MOUNTS, TABLE_LIMIT_BYTES).ok_or(Nothing::NotThere(MOUNTS))?;
    Ok(super::bounded(probe, MOUNTS, by_device(&table)))
}

fn by_device(table: &str) -> Vec<Mount> {
    // What is mounted later upon the same place hides what was there.
    let mut by_place: BTreeMap<String, Mount> = BTreeMap::new();
    for mount in table.lines().filter_map(parse) {
        by_place.insert(mount.mount.clone(), mount);
    }
    let mut by_device: BTreeMap<String, Mount> = BTreeMap::new();
    for mount in by_place.into_values().filter(lives_on_a_device) {
        by_device
            .entry(mount.device.clone())
            .and_modify(|known| {
                known.read_only &= mount.read_only;
                if mount.mount.len() < known.mount.len() {
                    known.mount.clone_from(&mount.mount);
                }
            })
            .or_insert(mount);
    }
    let mut mounts: Vec<Mount> = by_device.into_values().collect();
    mounts.sort_by(|a, b| a.mount.cmp(&b.mount));
    mounts
}

fn lives_on_a_device(mount: &Mount) -> bool {
    let device = mount.device.starts_with("/dev/") && !mount.device.starts_with("/dev/loop");
    // A ZFS dataset names its pool.
    (device || mount.kind == "zfs") && !IMAGES.contains(&mount.kind.as_str())
}

fn parse(line: &str) -> Option<Mount> {
    let mut words = line.split(' ');
    let (device, place, kind, options) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(Mount {
        mount: clean(&unescape(place))?,
        device: clean(&unescape(device))?,
        kind: clean(kind.as_bytes())?,
        read_only: options.split(',').any(|option| option == "ro"),
    })
}

/// Blank, tab, line feed and backslash stand as `\040`, `\011`, `\012`, `\134`.
fn unescape(word: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| *first == b'\\').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        bytes.push(octal.unwrap_or(*first));
        rest = if octal.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(table: &str) -> Vec<(String, bool)> {
        by_device(table)
            .into_iter()
            .map(|it| (format!("{} {} {}", it.mount, it.device, it.kind), it.read_only))
            .collect()
    }

    #[test]
    fn each_device_stands_once_at_its_shortest_place() {
        let table = "rootfs / rootfs rw 0 0\n\
            /dev/sda4 /sysroot xfs ro,relatime 0 0\n\
            /dev/sda4 / xfs ro 0 0\n\
            /dev/sda4 /var xfs rw 0 0\n\
            /dev/sda3 /boot ext4 ro 0 0\n\
            tank/data /srv zfs rw 0 0\n\
            tmpfs /tmp tmpfs rw 0 0\n\
            10.0.0.1:/x /mnt nfs4 rw 0 0\n\
            /dev/loop0 /snap squashfs ro 0 0\n\
            /dev/sr0 /media iso9660 ro 0 0\n\
            /dev/sdb1 /mnt/with\\040blank vfat rw 0 0\n";
        assert_eq!(
            told(table),
            [
                ("/ /dev/sda4 xfs".to_owned(), false),
                ("/boot /dev/sda3 ext4".to_owned(), true),
                ("/mnt/with blank /dev/sdb1 vfat".to_owned(), false),
                ("/srv tank/data zfs".to_owned(), false),
            ]
        );
    }

    #[test]
    fn what_is_mounted_on_top_hides_what_was_there() {
        assert_eq!(told("/dev/sda1 /mnt ext4 rw 0 0\ntmpfs /mnt tmpfs rw 0 0\n"), []);
    }

    proptest! {
        #[test]
        fn any_table_is_survived(table: String) {
            by_device(&table);
        }

        #[test]
        fn escapes_are_undone(text in "[ \\t\\\\a-z]{0,20}") {
            let escaped: String = text.bytes().map(|byte| match byte {
                b' ' | b'\t' | b'\\' => format!("\\{byte:03o}"),
                byte => char::from(byte).to_string(),
            }).collect();
            prop_assert_eq!(unescape(&escaped), text.as_bytes());
        }
    }
}
