//! Who waits for what.

use inventory::Pressure;

use crate::collect::Nothing;
use crate::probe::Probe;

pub(super) fn read(_probe: &Probe) -> Result<Option<Pressure>, Nothing> {
    Ok(None)
}
