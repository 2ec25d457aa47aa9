//! The trusted platform module, as the kernel shows it, and the firmware (SMBIOS type 43). Its device node is not opened.

use decode::smbios::{Structure, Tables};
use inventory::sections::Tpm;

use crate::collect::{place, smbios};
use crate::probe::{Probe, clean};

const TPMS: &str = "/sys/class/tpm";
/// Longer than any real list of banks.
const BANKS_LIMIT: usize = 16;

pub(super) fn find(probe: &Probe, tables: Option<&Tables>) -> Option<Tpm> {
    let by_firmware = tables.and_then(|tables| tables.first(43)).map(from_firmware);
    // `tpmrm0` is the same module, behind the kernel's resource manager.
    let name = probe.names(TPMS).into_iter().find(|name| place::numbered(name, "tpm"));
    let Some(by_kernel) = name.map(|name| from_kernel(probe, &name)) else { return by_firmware };
    let by_firmware = by_firmware.unwrap_or_default();
    Some(Tpm {
        version: by_kernel.version.or(by_firmware.version),
        vendor: by_kernel.vendor.or(by_firmware.vendor),
        description: by_firmware.description.or(by_kernel.description),
        firmware: by_kernel.firmware.or(by_firmware.firmware),
        pcr_banks: by_kernel.pcr_banks,
    })
}

fn from_kernel(probe: &Probe, name: &str) -> Tpm {
    let at = format!("{TPMS}/{name}");
    // Only modules of version 1.2 have these lines.
    let capabilities = probe.lines(&format!("{at}/device/caps"), 4096);
    let capability = |key: &str| {
        let line =
            capabilities.as_deref()?.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        clean(line.as_bytes())
    };
    let version = match probe.number(&format!("{at}/tpm_version_major")) {
        Some(1) => Some("1.2".to_owned()),
        Some(2) => Some("2.0".to_owned()),
        Some(other) => Some(u32::to_string(&other)),
        None => capability("TCG version"),
    };
    let banks = probe.names(&at);
    let banks = banks.iter().filter_map(|name| name.strip_prefix("pcr-")).map(str::to_owned);
    Tpm {
        version,
        vendor: capability("Manufacturer").and_then(|number| {
            let number = u32::from_str_radix(number.strip_prefix("0x")?, 16).ok()?;
            clean(&number.to_be_bytes())
        }),
        description: probe.text(&format!("{at}/device/description")),
        firmware: capability("Firmware version"),
        pcr_banks: banks.take(BANKS_LIMIT).collect(),
    }
}

/// DSP0134, 7.44.
fn from_firmware(tpm: Structure<'_>) -> Tpm {
    let (major, minor) = (tpm.byte(0x08), tpm.byte(0x09));
    let firmware = tpm.dword(0x0a).filter(|version| *version != 0);
    Tpm {
        version: major.zip(minor).map(|(major, minor)| format!("{major}.{minor}")),
        vendor: tpm.bytes(0x04, 4).and_then(clean),
        description: smbios::text(tpm, 0x12),
        // Of version 2.0 these are two halves of 16 bits; of 1.2 other bytes say it, differently by each maker.
        firmware: firmware
            .filter(|_| major == Some(2))
            .map(|version| format!("{}.{}", version >> 16, version & 0xffff)),
        pcr_banks: Vec::new(),
    }
}
