//! What no node is installed on, however it is described.

use inventory::sections::Transport;

use super::drive::Drive;

/// Why this drive is none to install on, as a sentence goes on.
pub(super) fn why(drive: &Drive<'_>) -> Option<&'static str> {
    let any = |flag: fn(&inventory::sections::Disk) -> Option<bool>| {
        drive.ways().any(|disk| flag(disk) == Some(true))
    };
    match drive.first.transport {
        Some(Transport::Usb) => return Some("is attached by USB: a node's disk is built in"),
        Some(Transport::Iscsi) => {
            return Some("is reached by iSCSI: the system that installs would not see it");
        }
        _ => {}
    }
    if any(|disk| disk.removable) {
        return Some("has a medium that can be taken out: a node's disk is built in");
    }
    if any(|disk| disk.read_only) {
        return Some("takes no writes: the kernel calls it read-only");
    }
    if drive.first.zoned.as_deref() == Some("host-managed") {
        return Some("is written in zones only, which no file system of a node does");
    }
    drive.first.size_bytes.is_none_or(|size| size == 0).then_some("does not say how large it is")
}
