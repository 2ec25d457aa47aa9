//! How software RAID does.

use inventory::ArrayState;

use crate::collect::Nothing;
use crate::probe::Probe;

pub(super) fn read(_probe: &Probe) -> Result<Vec<ArrayState>, Nothing> {
    Ok(Vec::new())
}
