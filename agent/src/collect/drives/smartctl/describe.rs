//! What a drive is, by what `smartctl` told.

use inventory::sections::{Drive, DriveProtocol, DriveSource};

use super::{Support, Told, Wwn};
use crate::probe::clean;

impl Told {
    /// Fills in what the kernel did not know. A bridge or a controller gives its own names, so the drive's come first.
    pub(in crate::collect::drives) fn describe(self, known: Drive) -> Drive {
        let said = self.said;
        let text = |text: Option<String>| text.and_then(|text| clean(text.as_bytes()));
        let protocol = match said.device.protocol.as_deref() {
            Some("ATA") => Some(DriveProtocol::Ata),
            Some("NVMe") => Some(DriveProtocol::Nvme),
            Some("SCSI") => Some(DriveProtocol::Scsi),
            _ => known.protocol,
        };
        let (smart_supported, smart_enabled) = match said.smart_support {
            Some(Support::Whether(available)) => (Some(available), None),
            Some(Support::State { available, enabled }) => (available, enabled),
            None => (None, None),
        };
        let wwn = said.wwn.as_ref().and_then(wwn).or_else(|| unit_name(said.logical_unit_id.as_deref()?));
        let manufactured = said.scsi_start_stop_cycle_counter.and_then(|count| {
            Some(format!("{}-W{}", text(count.year_of_manufacture)?, text(count.week_of_manufacture)?))
        });
        // SCSI's product is the model without its vendor.
        let is_scsi = protocol == Some(DriveProtocol::Scsi);
        let product = text(said.product).filter(|_| is_scsi);
        Drive {
            protocol,
            source: DriveSource::Smartctl,
            model: product
                .or_else(|| text(said.model_name))
                .or_else(|| text(said.scsi_model_name))
                .or(known.model),
            vendor: text(said.vendor).filter(|_| is_scsi),
            serial: text(said.serial_number).or(known.serial),
            firmware: text(said.firmware_version).or_else(|| text(said.revision)).or(known.firmware),
            wwn: wwn.or(known.wwn),
            capacity_bytes: said
                .nvme_total_capacity
                .or_else(|| said.user_capacity?.bytes)
                .or(known.capacity_bytes),
            rotation_rpm: said.rotation_rate.or(known.rotation_rpm),
            form_factor: said.form_factor.and_then(|form| text(form.name)).or(known.form_factor),
            logical_block_bytes: said.logical_block_size.or(known.logical_block_bytes),
            physical_block_bytes: said.physical_block_size.or(known.physical_block_bytes),
            standard: said
                .nvme_version
                .and_then(|version| text(version.string))
                .map(|version| format!("NVMe {version}"))
                .or(known.standard),
            critical_celsius: said
                .temperature
                .and_then(|temperature| temperature.drive_trip)
                .filter(|limit| *limit > 0)
                .or(known.critical_celsius),
            smart_supported: smart_supported.or(known.smart_supported),
            smart_enabled: smart_enabled.or(known.smart_enabled),
            trim: said.trim.and_then(|trim| trim.supported).or(known.trim),
            max_namespaces: said.nvme_number_of_namespaces,
            manufactured,
            ..known
        }
    }

    /// The drive's serial number and world-wide name, the signs by which it is known again.
    pub(crate) fn signs(&self) -> (Option<String>, Option<String>) {
        let said = &self.said;
        let serial = said.serial_number.as_deref().and_then(|serial| clean(serial.as_bytes()));
        let unit = || unit_name(said.logical_unit_id.as_deref()?);
        (serial, said.wwn.as_ref().and_then(wwn).or_else(unit))
    }
}

/// NAA's kind in four bits, the maker in 24, the drive in 36.
fn wwn(wwn: &Wwn) -> Option<String> {
    let fits = wwn.naa < 1 << 4 && wwn.oui < 1 << 24 && wwn.id < 1 << 36;
    fits.then(|| format!("naa.{:016x}", wwn.naa << 60 | wwn.oui << 36 | wwn.id))
}

fn unit_name(id: &str) -> Option<String> {
    let digits = id.strip_prefix("0x")?;
    let whole = matches!(digits.len(), 16 | 32) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| format!("naa.{}", digits.to_ascii_lowercase()))
}
