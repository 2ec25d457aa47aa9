//! Which thing a name of this boot means: `sda2` is the second partition of a disk that has a key of its own.

use std::collections::HashMap;

use inventory::sections::{Disk, Nic};

use super::network::nic_key;
use super::storage::disk_key;

/// The keys of disks or cards by their names.
pub(crate) struct Places<'a>(HashMap<&'a str, String>);

impl<'a> Places<'a> {
    pub(crate) fn of_disks(disks: Option<&'a [Disk]>) -> Self {
        let mut keys = HashMap::new();
        for disk in disks.into_iter().flatten() {
            // What is stacked upon disks goes by the name that its owner gave it.
            let labelled =
                disk.holders.iter().filter_map(|holder| Some((&holder.name, holder.label.as_ref()?)));
            keys.extend(labelled.map(|(name, label)| (name.as_str(), label.clone())));
            keys.insert(disk.name.as_str(), disk_key(disk));
        }
        Self(keys)
    }

    pub(crate) fn of_nics(nics: Option<&'a [Nic]>) -> Self {
        Self(nics.into_iter().flatten().map(|nic| (nic.name.as_str(), nic_key(nic))).collect())
    }

    /// The key of what has this name; the name itself where that is no such thing.
    pub(super) fn key(&self, name: &str) -> String {
        self.0.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The same for a disk or a partition of one.
    pub(super) fn device_key(&self, name: &str) -> String {
        let partition = || {
            let (disk, number) = split_partition(name)?;
            Some(format!("{} part {number}", self.0.get(disk)?))
        };
        self.0.get(name).cloned().or_else(partition).unwrap_or_else(|| name.to_owned())
    }
}

/// Splits a partition's name, if it is one: `sda2` into `sda` and `2`, `nvme0n1p2` into `nvme0n1` and `2`.
#[must_use]
pub(crate) fn split_partition(name: &str) -> Option<(&str, &str)> {
    let (disk, number) = name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    let ends_in_digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    let disk = disk.strip_suffix('p').filter(|disk| ends_in_digit(disk)).unwrap_or(disk);
    (!disk.is_empty() && !number.is_empty()).then_some((disk, number))
}

/// Makes the name of a disk's partition.
#[must_use]
pub(crate) fn partition_name(disk: &str, number: &str) -> String {
    let between = if disk.ends_with(|c: char| c.is_ascii_digit()) { "p" } else { "" };
    format!("{disk}{between}{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_partitions() {
        for (name, split) in [
            ("sda2", Some(("sda", "2"))),
            ("sdap12", Some(("sdap", "12"))),
            ("nvme0n1p2", Some(("nvme0n1", "2"))),
            ("mmcblk0p1", Some(("mmcblk0", "1"))),
            ("sda", None),
            ("42", None),
            ("", None),
        ] {
            assert_eq!(split_partition(name), split, "{name}");
            if let Some((disk, number)) = split {
                assert_eq!(partition_name(disk, number), name);
            }
        }
        let disk =
            |name: &str| Disk { name: name.into(), serial: Some(format!("of {name}")), ..Disk::default() };
        let disks = [disk("nvme0n1"), disk("sda")];
        let places = Places::of_disks(Some(&disks));
        for (name, key) in [
            ("sda", "of sda"),
            ("sda2", "of sda part 2"),
            ("nvme0n1", "of nvme0n1"),
            ("nvme0n1p2", "of nvme0n1 part 2"),
            ("md0", "md0"),
        ] {
            assert_eq!(places.device_key(name), key);
        }
    }
}
