//! Which of a disk's names below `/dev/disk/by-id` it is named to the installer by.

use boot::install::DiskName;

use super::drive::Drive;

/// The best name of this drive: one that says its WWN or serial number, and that no other drive has. `None` where there is
/// none such, or none that the kernel's command line can carry.
pub(super) fn best(drive: &Drive<'_>, all: &[Drive<'_>]) -> Option<DiskName> {
    let is_anothers = |name: &str| {
        let others = all.iter().filter(|other| !std::ptr::eq(other.first, drive.first));
        others.flat_map(Drive::ways).any(|disk| disk.by_id.iter().any(|it| it == name))
    };
    let mut names: Vec<DiskName> = drive
        .ways()
        .flat_map(|disk| &disk.by_id)
        .filter(|name| !is_anothers(name))
        .filter_map(|name| name.parse().ok())
        .collect();
    // Of two names that say the same, the one that says nothing else: `scsi-3…` also says by which of udev's helpers it was made.
    names.sort_by_key(|name| !name.as_str().starts_with("wwn-"));
    let says = |value: Option<&str>| {
        let value = value.map(letters).filter(|value| !value.is_empty());
        names
            .iter()
            .find(|name| value.as_ref().is_some_and(|value| letters(name.as_str()).contains(value)))
            .cloned()
    };
    // A world-wide name is the drive's own; a name with the serial number also holds its model, as the driver spells it.
    says(drive.wwn().map(|wwn| wwn.split_once('.').map_or(wwn, |(_, number)| number)))
        .or_else(|| says(drive.serial()))
}

/// udev and the makers differ in blanks and punctuation, never in letters and digits.
fn letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).flat_map(char::to_lowercase).collect()
}
