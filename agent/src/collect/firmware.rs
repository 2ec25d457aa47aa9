//! BIOS or UEFI, how this boot went, and the trusted platform module.

mod efi;
mod tpm;

use inventory::sections::{BootMode, Firmware};

use super::{Nothing, smbios};
use crate::probe::Probe;

const DMI: &str = "/sys/class/dmi/id";
const FIRMWARE: &str = "/sys/firmware";
const EFI: &str = "/sys/firmware/efi";

pub(super) fn collect(probe: &Probe) -> Result<Firmware, Nothing> {
    let boot_mode = boot_mode(probe);
    if boot_mode.is_none() && !probe.exists(FIRMWARE) && !probe.exists(DMI) {
        return Err(Nothing::NotThere(FIRMWARE));
    }
    let tables = smbios::read(probe);
    let bios = tables.as_ref().and_then(|tables| tables.first(0));
    let is_named = bios.is_none() && probe.exists(DMI);
    let text = |offset, file| match bios {
        Some(bios) => smbios::text(bios, offset),
        None if is_named => probe.text(&format!("{DMI}/{file}")),
        None => None,
    };
    let release = |major, minor, file| match bios {
        Some(bios) => smbios::release(bios, major, minor),
        None if is_named => probe.text(&format!("{DMI}/{file}")),
        None => None,
    };
    let version = tables.as_ref().and_then(|tables| tables.version());
    let mut firmware = Firmware {
        vendor: text(0x04, "bios_vendor"),
        version: text(0x05, "bios_version"),
        date: text(0x08, "bios_date"),
        release: release(0x14, 0x15, "bios_release"),
        controller_release: release(0x16, 0x17, "ec_firmware_release"),
        smbios_version: version.map(|(major, minor)| format!("{major}.{minor}")),
        boot_mode,
        tpm: tpm::find(probe, tables.as_deref()),
        ..Firmware::default()
    };
    if boot_mode == Some(BootMode::Uefi) {
        efi::tell(probe, &mut firmware);
    }
    Ok(firmware)
}

fn boot_mode(probe: &Probe) -> Option<BootMode> {
    if probe.exists(EFI) {
        Some(BootMode::Uefi)
    } else if probe.exists("/sys/firmware/memmap") || probe.exists(FIRMWARE) && probe.exists(DMI) {
        Some(BootMode::Bios)
    } else {
        // A board with a device tree and a boot loader of its own, or a capture without this folder.
        None
    }
}

#[cfg(test)]
mod tests;
