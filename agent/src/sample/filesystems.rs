//! How full the filesystems are, and whether they still take what is written.

mod errors;

use inventory::FilesystemUse;

use crate::collect::{Nothing, mounted_devices};
use crate::probe::Probe;

pub(super) fn read(probe: &Probe) -> Result<Vec<FilesystemUse>, Nothing> {
    let filesystems = mounted_devices(probe)?.into_iter().filter_map(|it| {
        let space = probe.space(&it.mount)?;
        let inodes = Some(space.inodes).filter(|inodes| *inodes > 0);
        Some(FilesystemUse {
            size_bytes: space.size_bytes,
            used_bytes: space.size_bytes.saturating_sub(space.free_bytes),
            available_bytes: space.available_bytes,
            inodes,
            used_inodes: inodes.map(|inodes| inodes.saturating_sub(space.free_inodes)),
            read_only: it.read_only,
            read_only_by_error: it.refuses_writes,
            errors: errors::count(probe, &it),
            mount: it.mount,
        })
    });
    Ok(filesystems.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn a_filesystem_tells_its_files_and_its_errors() {
        let tree = Builder::new()
            .file(
                "/proc/self/mountinfo",
                "27 1 8:2 / / rw - ext4 /dev/root ro,errors=remount-ro\n\
                 28 27 8:1 / /boot\\040two rw - vfat /dev/sda1 rw\n",
            )
            .link("/sys/dev/block/8:2", "../../devices/x/block/sda/sda2")
            .file("/sys/fs/ext4/sda2/errors_count", "3\n")
            .space("/", 1000, 300, 200)
            .space("/boot two", 10, 10, 10);
        let probe = Probe::new(tree.root());
        let told = read(&probe).unwrap();
        let root = &told[0];
        assert_eq!((root.used_bytes, root.inodes, root.used_inodes), (700, Some(100), Some(40)));
        assert_eq!(root.used_inodes_percent(), Some(40.0));
        assert_eq!((root.read_only, root.read_only_by_error, root.errors), (true, true, Some(3)));
        assert_eq!(
            (told[1].mount.as_str(), told[1].errors, told[1].read_only_by_error),
            ("/boot two", None, false)
        );
        assert!(probe.into_warnings().is_empty());
    }
}
