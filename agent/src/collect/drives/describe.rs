//! What one drive is: its own words, and where it has none the kernel's.

use decode::ata::Identity;
use decode::scsi::{log, vpd};
use inventory::sections::{Drive, DriveProtocol, DriveSecurity, DriveSource, HiddenDrives, Sanitize};

use super::ask::Ask;
use super::target::{Kind, Scsi, Target};
use super::{SIZE_UNIT_BYTES, sleep, smartctl};
use crate::probe::Probe;

/// `None` for what `smartctl` was told of and could not reach.
pub(super) fn drive(probe: &Probe, target: Target) -> Option<Drive> {
    let node = target.node();
    let ask = Ask::new(probe, node.clone());
    let base = Drive {
        device: target.device.clone(),
        other_paths: target.other_paths.clone(),
        serial: target.serial.clone(),
        wwn: target.wwn.clone(),
        ..Drive::default()
    };
    Some(match target.kind {
        Kind::Nvme { subsystem } => nvme(probe, &ask, &target.folder, subsystem, base),
        Kind::Ata(scsi) => {
            let known = block(probe, &target.folder, &scsi, base);
            match scsi.identity {
                Some(identity) => with_identity(known, *identity),
                None if sleep::is_suspended(probe, &target.folder) => known,
                None => match ask.ata_identity() {
                    Some(said) => Drive { source: DriveSource::Drive, ..with_identity(known, said) },
                    None => known,
                },
            }
        }
        Kind::Scsi(scsi) => {
            let known = block(probe, &target.folder, &scsi, base);
            let asleep = sleep::is_suspended(probe, &target.folder) || sleep::is_scsi_asleep(&ask);
            Drive {
                protocol: Some(DriveProtocol::Scsi),
                ..if asleep { known } else { with_logs(&ask, known) }
            }
        }
        Kind::Volume(scsi, hidden) => {
            let hides = Some(hidden.drives);
            Drive { hides, ..block(probe, &target.folder, &scsi, base) }
        }
        Kind::Usb(scsi) => {
            let known = block(probe, &target.folder, &scsi, base);
            let known = match scsi.identity {
                Some(said) => with_identity(known, *said),
                None => known,
            };
            let suspended = sleep::is_suspended(probe, &target.folder);
            let told = if suspended { None } else { smartctl::examine(probe, &node, None) };
            match told.filter(|told| told.knows_a_drive()) {
                Some(told) => told.describe(known),
                None if known.protocol.is_some() => known,
                None => Drive { hides: Some(bridge()), ..known },
            }
        }
        Kind::Behind { driver, device, way } => {
            let told = smartctl::examine(probe, &device, Some(&way)).filter(|told| told.knows_a_drive())?;
            Drive { behind: Some(driver), ..told.describe(base) }
        }
    })
}

fn bridge() -> HiddenDrives {
    HiddenDrives { by: "usb".to_owned(), tools: vec!["smartctl".to_owned()] }
}

fn nvme(probe: &Probe, ask: &Ask<'_>, folder: &str, subsystem: Option<String>, base: Drive) -> Drive {
    let said = ask.nvme_controller();
    let source = if said.is_some() { DriveSource::Drive } else { DriveSource::Kernel };
    let said = said.unwrap_or_default();
    let text = |file: &str| probe.text(&format!("{folder}/{file}"));
    Drive {
        protocol: Some(DriveProtocol::Nvme),
        source,
        model: said.model.or_else(|| text("model")),
        serial: said.serial.or(base.serial),
        firmware: said.firmware.or_else(|| text("firmware_rev")),
        capacity_bytes: said.capacity_bytes,
        rotation_rpm: Some(0),
        standard: said.version.map(|version| format!("NVMe {version}")),
        warning_celsius: said.warning_celsius,
        critical_celsius: said.critical_celsius,
        smart_supported: Some(true),
        smart_enabled: Some(true),
        security_protocols: said.security_commands,
        sanitize: ways(said.sanitize),
        max_namespaces: said.namespaces,
        subsystem_nqn: said.subsystem.or(subsystem),
        ..base
    }
}

/// What the kernel remembers of a disk.
fn block(probe: &Probe, folder: &str, scsi: &Scsi, base: Drive) -> Drive {
    let number = |file: &str| probe.number::<u64>(&format!("{folder}/{file}"));
    let page = probe.bytes(&format!("{folder}/device/vpd_pgb1"), vpd::PAGE_LIMIT_BYTES);
    let medium = page.as_deref().and_then(vpd::medium).unwrap_or_default();
    let block_bytes = |file: &str| number(file).and_then(|bytes| u32::try_from(bytes).ok());
    Drive {
        model: scsi.inquiry.product.clone(),
        vendor: scsi.inquiry.vendor.clone().filter(|vendor| vendor != "ATA"),
        firmware: scsi.inquiry.revision.clone(),
        capacity_bytes: number("size")
            .and_then(|units| units.checked_mul(SIZE_UNIT_BYTES))
            .filter(|size| *size != 0),
        rotation_rpm: medium.rotation_rpm,
        form_factor: medium.form_factor.map(|form| form.as_str().to_owned()),
        logical_block_bytes: block_bytes("queue/logical_block_size"),
        physical_block_bytes: block_bytes("queue/physical_block_size"),
        ..base
    }
}

fn with_identity(known: Drive, said: Identity) -> Drive {
    Drive {
        protocol: Some(DriveProtocol::Ata),
        // A translator's or a bridge's.
        vendor: None,
        model: said.model.or(known.model),
        serial: said.serial.or(known.serial),
        firmware: said.firmware.or(known.firmware),
        wwn: known.wwn.or_else(|| said.wwn.map(|wwn| format!("naa.{wwn:016x}"))),
        capacity_bytes: said.capacity_bytes.or(known.capacity_bytes),
        rotation_rpm: said.rotation_rpm.or(known.rotation_rpm),
        form_factor: said.form_factor.map(|form| form.as_str().to_owned()).or(known.form_factor),
        standard: said.standard.map(str::to_owned),
        logical_block_bytes: Some(said.logical_sector_bytes),
        physical_block_bytes: Some(said.physical_sector_bytes),
        smart_supported: said.smart_supported,
        smart_enabled: said.smart_enabled,
        trim: Some(said.trim),
        security: said.security.map(|security| DriveSecurity {
            enabled: security.enabled,
            locked: security.locked,
            frozen: security.frozen,
            expired: security.expired,
        }),
        self_encrypting: Some(said.encrypts_all),
        security_protocols: said.trusted_computing,
        sanitize: ways(said.sanitize),
        ..known
    }
}

fn ways(said: decode::sanitize::Sanitize) -> Vec<Sanitize> {
    let ways = [
        (said.crypto_erase, Sanitize::CryptoErase),
        (said.block_erase, Sanitize::BlockErase),
        (said.overwrite, Sanitize::Overwrite),
    ];
    ways.into_iter().filter_map(|(has, way)| has.then_some(way)).collect()
}

fn with_logs(ask: &Ask<'_>, known: Drive) -> Drive {
    let pages = ask.log_sense(log::SUPPORTED);
    let Some(supported) = pages.as_deref().and_then(log::supported) else { return known };
    let page = |code| supported.contains(&code).then(|| ask.log_sense(code)).flatten();
    let temperatures = page(log::TEMPERATURE).as_deref().and_then(log::temperatures).unwrap_or_default();
    let start_stop = page(log::START_STOP).as_deref().and_then(log::start_stop).unwrap_or_default();
    Drive {
        source: DriveSource::Drive,
        critical_celsius: temperatures.reference_celsius,
        manufactured: start_stop.manufactured,
        smart_supported: Some(supported.contains(&log::EXCEPTIONS)),
        ..known
    }
}
