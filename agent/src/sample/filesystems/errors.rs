//! The errors that a filesystem counts itself.

use crate::collect::Mount;
use crate::probe::Probe;

/// As many devices as are looked at.
const DEVICES_LIMIT: usize = 256;

/// How many errors this filesystem has seen; `None` where its kind does not count.
pub(super) fn count(probe: &Probe, mount: &Mount) -> Option<u64> {
    match mount.kind.as_str() {
        "ext4" => probe.number(&format!("/sys/fs/ext4/{}/errors_count", mount.block(probe)?)),
        "btrfs" => btrfs(probe, &mount.block(probe)?),
        _ => None,
    }
}

/// btrfs keeps its filesystems by UUID, and the errors by device.
fn btrfs(probe: &Probe, block: &str) -> Option<u64> {
    let folder = |uuid: &str| format!("/sys/fs/btrfs/{uuid}");
    let uuid = probe
        .names("/sys/fs/btrfs")
        .into_iter()
        .find(|uuid| probe.exists(&format!("{}/devices/{block}", folder(uuid))))?;
    let devices = probe.names(&format!("{}/devinfo", folder(&uuid)));
    let counts = devices.iter().take(DEVICES_LIMIT).filter_map(|device| {
        let stats = probe.lines(&format!("{}/devinfo/{device}/error_stats", folder(&uuid)), 4096)?;
        Some(sum(&stats))
    });
    counts.reduce(u64::saturating_add)
}

/// `write_errs 1`, a line for each kind.
fn sum(stats: &str) -> u64 {
    let counts = stats.lines().filter_map(|line| line.split_once(' ')?.1.trim().parse::<u64>().ok());
    counts.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn the_errors_of_all_devices_count() {
        let tree = Builder::new()
            .folder("/sys/fs/btrfs/features")
            .folder("/sys/fs/btrfs/1b4e/devices/vdb")
            .file("/sys/fs/btrfs/1b4e/devinfo/1/error_stats", "write_errs 2\nread_errs 1\nflush_errs 0\n")
            .file("/sys/fs/btrfs/1b4e/devinfo/2/error_stats", "write_errs 4\njunk\ncorruption_errs x\n");
        let probe = Probe::new(tree.root());
        let mount =
            |device: &str, kind: &str| Mount { device: device.into(), kind: kind.into(), ..Mount::default() };
        assert_eq!(count(&probe, &mount("/dev/vdb", "btrfs")), Some(7));
        assert_eq!(count(&probe, &mount("/dev/vdc", "btrfs")), None);
        assert_eq!(count(&probe, &mount("/dev/vdb", "xfs")), None);
    }
}
