//! What several collectors of one report need, read once for all of them.
//!
//! Whoever comes first reads it, the others wait. A miss is kept as well, so that each section says what it lacks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use decode::smbios::Tables;

use crate::collect::PciFunctions;
use crate::root::Miss;

/// What the collectors of one report have in common.
#[derive(Default)]
pub struct Common {
    pub(crate) smbios: OnceLock<Result<Arc<Tables>, Miss>>,
    pub(crate) pci: OnceLock<PciFunctions>,
    /// Files that hang for nobody, by path.
    pub(crate) files: Mutex<BTreeMap<&'static str, Result<Vec<u8>, Miss>>>,
}
