//! BIOS or UEFI, and how this boot went.

use inventory::sections::{BootMode, Firmware};

use super::{Nothing, smbios};
use crate::probe::Probe;

const DMI: &str = "/sys/class/dmi/id";
const EFI_VARIABLES: &str = "/sys/firmware/efi/efivars";
/// UEFI 2.10, 3.3: the global variables' own namespace.
const SECURE_BOOT: &str = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";

pub(super) fn collect(probe: &Probe) -> Result<Firmware, Nothing> {
    if !probe.exists("/sys/firmware") && !probe.exists(DMI) {
        return Err(Nothing::NotThere("/sys/firmware"));
    }
    let smbios = smbios::read(probe);
    let bios = smbios.as_ref().and_then(|smbios| smbios.first(0));
    let text = |offset, file| match &bios {
        Some(bios) => bios.text(offset),
        None => probe.text(&format!("{DMI}/{file}")),
    };
    let release = match &bios {
        // Both 255: this firmware has no such number.
        Some(bios) => match (bios.byte(0x14), bios.byte(0x15)) {
            (Some(255), Some(255)) | (None, _) | (_, None) => None,
            (Some(major), Some(minor)) => Some(format!("{major}.{minor}")),
        },
        None => probe.text(&format!("{DMI}/bios_release")),
    };
    let boot_mode = boot_mode(probe);
    Ok(Firmware {
        vendor: text(0x04, "bios_vendor"),
        version: text(0x05, "bios_version"),
        date: text(0x08, "bios_date"),
        release,
        boot_mode,
        secure_boot: secure_boot(probe, boot_mode),
    })
}

fn boot_mode(probe: &Probe) -> Option<BootMode> {
    if probe.exists("/sys/firmware/efi") {
        Some(BootMode::Uefi)
    } else if probe.exists("/sys/firmware/memmap") || probe.exists(DMI) {
        Some(BootMode::Bios)
    } else {
        // Neither: a board with a device tree and a boot loader of its own.
        None
    }
}

fn secure_boot(probe: &Probe, boot_mode: Option<BootMode>) -> Option<bool> {
    if boot_mode != Some(BootMode::Uefi) {
        return None;
    }
    // Four bytes of attributes, then the value.
    match probe.bytes(SECURE_BOOT, 64).as_deref() {
        Some([_, _, _, _, value]) => Some(*value == 1),
        Some(_) => {
            probe.warn(SECURE_BOOT, "is not five bytes long");
            None
        }
        // Firmware that can't do it has other variables, and not this one.
        None if !probe.names(EFI_VARIABLES).is_empty() => Some(false),
        None => {
            probe.warn(EFI_VARIABLES, "is empty: efivarfs is not mounted, so Secure Boot can't be told");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn secure_boot_of(tree: Builder) -> (Option<bool>, Vec<inventory::Warning>) {
        let probe = Probe::new(tree.root());
        let firmware = collect(&probe).unwrap();
        assert_eq!(firmware.boot_mode, Some(BootMode::Uefi));
        (firmware.secure_boot, probe.into_warnings())
    }

    #[test]
    fn secure_boot_is_on_off_unsupported_or_unknown() {
        let uefi = || Builder::new().folder(EFI_VARIABLES);
        assert_eq!(secure_boot_of(uefi().file(SECURE_BOOT, [6, 0, 0, 0, 1])), (Some(true), vec![]));
        assert_eq!(secure_boot_of(uefi().file(SECURE_BOOT, [6, 0, 0, 0, 0])), (Some(false), vec![]));
        let other = format!("{EFI_VARIABLES}/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c");
        assert_eq!(secure_boot_of(uefi().file(&other, "x")), (Some(false), vec![]));

        let (unknown, warnings) = secure_boot_of(uefi());
        assert!(unknown.is_none() && warnings[0].reason.contains("not mounted"));
        let (unknown, warnings) = secure_boot_of(uefi().file(SECURE_BOOT, [1]));
        assert!(unknown.is_none() && warnings[0].reason.contains("five bytes"));
    }

    #[test]
    fn without_firmware_there_is_no_section() {
        assert!(collect(&Probe::new(Builder::new().root())).is_err());
    }
}
