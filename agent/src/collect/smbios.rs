//! The SMBIOS tables (DMTF DSP0134), as the kernel exports them: no `/dev/mem`, no `dmidecode`. Read once a report.

use std::sync::Arc;

use decode::smbios::{Structure, Tables};

use crate::probe::{Probe, clean};
use crate::root::{FILE_LIMIT_BYTES, Miss, Root};

const TABLE: &str = "/sys/firmware/dmi/tables/DMI";
const ENTRY_POINT: &str = "/sys/firmware/dmi/tables/smbios_entry_point";
/// One structure a folder, by a module that distributions load on some machines; older kernels have nothing else.
const ENTRIES: &str = "/sys/firmware/dmi/entries";
/// Machines with hundreds of slots stay below 100 KiB.
const TABLE_LIMIT_BYTES: usize = 1 << 20;
const ENTRY_POINT_LIMIT_BYTES: usize = 64;

/// The tables; `None` where there are none, or they hold no structure.
pub(super) fn read(probe: &Probe) -> Option<Arc<Tables>> {
    let tables = match probe.common().smbios.get_or_init(|| load(probe.root())) {
        Ok(tables) => Arc::clone(tables),
        Err(Miss::NoValue) => return None,
        Err(miss) => {
            probe.warn(TABLE, miss.to_string());
            return None;
        }
    };
    if tables.structures().next().is_none() {
        probe.warn(TABLE, "holds no SMBIOS structure");
        return None;
    }
    Some(tables)
}

fn load(root: &Root) -> Result<Arc<Tables>, Miss> {
    let table = match root.read(TABLE, TABLE_LIMIT_BYTES) {
        Err(Miss::NoValue) => entries(root)?,
        table => table?,
    };
    let entry_point = root.read(ENTRY_POINT, ENTRY_POINT_LIMIT_BYTES).unwrap_or_default();
    Ok(Arc::new(Tables::new(&entry_point, table)))
}

/// The structures, each from a file of its own, in the order that they have in the table.
fn entries(root: &Root) -> Result<Vec<u8>, Miss> {
    let mut entries = Vec::new();
    let mut size_bytes = 0;
    for name in root.names(ENTRIES)? {
        let raw = root.read(&format!("{ENTRIES}/{name}/raw"), FILE_LIMIT_BYTES)?;
        let position = root.read(&format!("{ENTRIES}/{name}/position"), ENTRY_POINT_LIMIT_BYTES).ok();
        let position = position.and_then(|text| clean(&text)?.parse::<u32>().ok());
        size_bytes += raw.len();
        entries.push((position, raw));
        if size_bytes > TABLE_LIMIT_BYTES {
            return Err(Miss::TooLong { limit_bytes: TABLE_LIMIT_BYTES });
        }
    }
    entries.sort();
    Ok(entries.into_iter().flat_map(|(_, raw)| raw).collect())
}

/// The string that a field refers to, trimmed; `None` where it refers to none or is blank.
pub(super) fn text(structure: Structure<'_>, offset: usize) -> Option<String> {
    clean(structure.string(offset)?)
}

/// A UUID as `/sys/class/dmi/id/product_uuid` prints it.
pub(super) fn uuid(tables: &Tables, structure: Structure<'_>, offset: usize) -> Option<String> {
    let digits = hex::encode(tables.uuid(structure, offset)?);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    Some([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

/// Two numbers of a release; both 255 mean that there is none.
pub(super) fn release(structure: Structure<'_>, major: usize, minor: usize) -> Option<String> {
    match (structure.byte(major)?, structure.byte(minor)?) {
        (255, 255) => None,
        (major, minor) => Some(format!("{major}.{minor}")),
    }
}

#[cfg(test)]
pub(super) mod tests;
