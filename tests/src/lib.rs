//! Whole-system scenarios: real programs, real firmware, real DHCP, real ntfy.
//!
//! `cargo xtask test` builds the programs and says where they are; a scenario that is run by hand without them says so.

use std::path::PathBuf;

use anyhow::Context as _;
use lab::{Chassis, Dimm, Disk, Firmware, MachineSpec, Maker, Programs};

/// The programs under test.
///
/// # Errors
/// They were not built.
pub fn programs() -> anyhow::Result<Programs> {
    let named = |variable: &str| {
        let path = std::env::var_os(variable).map(PathBuf::from);
        path.with_context(|| format!("{variable} is not set: run these tests with `cargo xtask test`"))
    };
    Ok(Programs { muster: named("MUSTER_PROGRAM")?, agent: named("MUSTER_AGENT_STATIC")? })
}

/// A machine with something in it: two DIMMs in four slots, an NVMe drive and a SATA disk.
#[must_use]
pub fn furnished(name: &str, firmware: Firmware, mac: &str, serial: &str) -> MachineSpec {
    let mut spec = MachineSpec::new(name, firmware, mac);
    let half = u16::try_from(spec.memory_mib / 2).unwrap_or_default();
    let dimm = |slot: &str| Dimm {
        size_mib: half,
        speed_mts: 3200,
        maker: Maker::new("Test Memory", "TM-3200", &format!("{serial}-{slot}")),
    };
    spec.system = Maker::new("Test Systems", "Shelf 1000", serial);
    spec.board = Maker::new("Test Systems", "Board 7", &format!("{serial}-B"));
    spec.chassis = Chassis {
        manufacturer: "Test Systems".to_owned(),
        serial: format!("{serial}-C"),
        asset: "rack 1".to_owned(),
    };
    spec.dimms = vec![Some(dimm("A")), Some(dimm("B")), None, None];
    spec.disks =
        vec![Disk::nvme(&format!("NVME-{serial}"), 8 << 30), Disk::sata(&format!("SATA-{serial}"), 4 << 30)];
    spec
}
