//! What UEFI's variables tell. Each read may go through the firmware itself, so that only those are read that are needed.

use crate::collect::cut;
use decode::efi::{self, LoadOption};
use inventory::MacAddr;
use inventory::sections::{BootEntry, Firmware};

use super::EFI;
use crate::probe::{Probe, clean};

/// UEFI 2.10, 3.3: the global variables' own namespace.
const GLOBAL: &str = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
/// Boot options are a few hundred bytes.
const VARIABLE_LIMIT_BYTES: usize = 16 << 10;
/// Some firmware adds an entry at each boot until its memory is full.
const ENTRIES_LIMIT: usize = 32;

pub(super) fn tell(probe: &Probe, firmware: &mut Firmware) {
    firmware.uefi_bits = probe.number(&format!("{EFI}/fw_platform_size"));
    firmware.secure_boot = secure_boot(probe);
    firmware.setup_mode = variable(probe, "SetupMode").as_deref().and_then(efi::flag);
    firmware.boot_entries = boot_entries(probe);
}

fn path(name: &str) -> String {
    format!("{EFI}/efivars/{name}-{GLOBAL}")
}

fn variable(probe: &Probe, name: &str) -> Option<Vec<u8>> {
    probe.bytes(&path(name), VARIABLE_LIMIT_BYTES)
}

fn secure_boot(probe: &Probe) -> Option<bool> {
    let variables = format!("{EFI}/efivars");
    match variable(probe, "SecureBoot") {
        Some(variable) => {
            let on = efi::flag(&variable);
            if on.is_none() {
                probe.warn(&path("SecureBoot"), "is not five bytes long");
            }
            on
        }
        // Firmware that can't do it has other variables, and not this one.
        None if !probe.names(&variables).is_empty() => Some(false),
        None => {
            probe.warn(&variables, "is empty: efivarfs is not mounted, so Secure Boot can't be told");
            None
        }
    }
}

/// In the order in which they are tried. One that was chosen for this boot alone may not be among them.
fn boot_entries(probe: &Probe) -> Vec<BootEntry> {
    let numbers = |name| variable(probe, name).map(|variable| efi::numbers(&variable)).unwrap_or_default();
    let current = numbers("BootCurrent").first().copied();
    let mut order = numbers("BootOrder");
    cut(probe, &path("BootOrder"), &mut order, ENTRIES_LIMIT);
    order.extend(current.filter(|current| !order.contains(current)));
    order.into_iter().filter_map(|number| entry(probe, number, current)).collect()
}

fn entry(probe: &Probe, number: u16, current: Option<u16>) -> Option<BootEntry> {
    let id = format!("{number:04X}");
    let option = LoadOption::parse(&variable(probe, &format!("Boot{id}"))?)?;
    Some(BootEntry {
        id,
        description: clean(option.description.as_bytes()),
        active: option.active,
        current: current == Some(number),
        network: option.network,
        mac: option.mac.map(MacAddr::new),
    })
}
