//! How full the filesystems are.

use inventory::FilesystemUse;

use crate::collect::{Nothing, mounted_devices};
use crate::probe::Probe;

pub(super) fn read(probe: &Probe) -> Result<Vec<FilesystemUse>, Nothing> {
    let filesystems = mounted_devices(probe)?.into_iter().filter_map(|it| {
        let space = probe.space(&it.mount)?;
        Some(FilesystemUse {
            mount: it.mount,
            size_bytes: space.size_bytes,
            used_bytes: space.size_bytes.saturating_sub(space.free_bytes),
            available_bytes: space.available_bytes,
            read_only: it.read_only,
        })
    });
    Ok(filesystems.collect())
}
