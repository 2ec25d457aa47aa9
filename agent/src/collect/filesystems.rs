//! Mounted filesystems that live on a device.

use inventory::sections::Filesystem;

use super::{Mount, Nothing, mounted_devices};
use crate::probe::Probe;

pub(super) fn collect(probe: &Probe) -> Result<Vec<Filesystem>, Nothing> {
    let filesystems = mounted_devices(probe)?.into_iter().map(|it| Filesystem {
        size_bytes: size_bytes(probe, &it),
        block: it.block(probe),
        mount: it.mount,
        device: it.device,
        kind: it.kind,
    });
    Ok(filesystems.collect())
}

/// A ZFS dataset has what is left of its pool, which changes with every write to another one: that is the sample's.
fn size_bytes(probe: &Probe, mount: &Mount) -> Option<u64> {
    let space = if mount.kind == "zfs" { None } else { probe.space(&mount.mount) };
    space.map(|space| space.size_bytes)
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;
    use crate::tree::Builder;

    #[test]
    fn a_filesystem_that_does_not_answer_is_still_there() {
        let tree = Builder::new()
            .file("/proc/mounts", "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /bad xfs rw 0 0\n")
            .space("/", 1000, 300, 200)
            .fails("/bad", Errno::IO);
        let probe = Probe::new(tree.root());
        let found = collect(&probe).unwrap();
        assert_eq!(found.iter().map(|it| it.size_bytes).collect::<Vec<_>>(), [Some(1000), None]);
        assert_eq!(probe.into_warnings()[0].path, "/bad");
    }

    #[test]
    fn a_dataset_has_no_size_of_its_own() {
        let tree =
            Builder::new().file("/proc/mounts", "tank/home /home zfs rw 0 0\n").space("/home", 9, 3, 3);
        let found = collect(&Probe::new(tree.root())).unwrap();
        assert_eq!((found[0].kind.as_str(), found[0].size_bytes), ("zfs", None));
    }
}
