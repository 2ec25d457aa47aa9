//! What a disk says of itself, from the files that its kind of driver keeps.

use decode::ata::identity_page;
use decode::scsi::vpd::{self, PAGE_LIMIT_BYTES};
use inventory::sections::Transport;

use crate::collect::place;
use crate::probe::Probe;

/// What a disk says of itself.
#[derive(Debug, Default)]
pub(super) struct Identity {
    pub model: Option<String>,
    pub vendor: Option<String>,
    pub serial: Option<String>,
    pub wwn: Option<String>,
    pub firmware: Option<String>,
    /// Turns in a minute; 0 for one that does not turn.
    pub rotation_rpm: Option<u16>,
    /// An ATA drive, whatever leads to it.
    pub ata: bool,
    /// An NVMe namespace's number.
    pub namespace: Option<u32>,
    /// What the USB device around it calls itself.
    pub usb_serial: Option<String>,
    /// SCSI target and unit.
    pub unit: Option<String>,
}

/// The identity of the disk whose folder is `at`, and whose device is at `device` (links followed).
pub(super) fn read(
    probe: &Probe,
    name: &str,
    at: &str,
    device: Option<&str>,
    transport: Option<Transport>,
) -> Identity {
    let text = |file: &str| probe.text(&format!("{at}/{file}"));
    if name.starts_with("nvme") {
        return Identity {
            model: text("device/model"),
            serial: text("device/serial"),
            firmware: text("device/firmware_rev"),
            wwn: text("wwid"),
            namespace: probe.number(&format!("{at}/nsid")),
            ..Identity::default()
        };
    }
    if name.starts_with("sd") {
        return scsi(probe, at, device, transport);
    }
    // Virtio keeps the serial with the disk, and has nothing else to say.
    if name.starts_with("vd") {
        return Identity { serial: text("serial"), ..Identity::default() };
    }
    // An SD card has a name where others have a model.
    Identity {
        model: text("device/model").or_else(|| text("device/name")),
        serial: text("device/serial").or_else(|| text("serial")),
        firmware: text("device/rev").or_else(|| text("device/fwrev")),
        vendor: text("device/vendor").filter(|vendor| !vendor.starts_with("0x")),
        wwn: text("wwid").map(|name| place::single_spaced(&name)),
        ..Identity::default()
    }
}

fn scsi(probe: &Probe, at: &str, device: Option<&str>, transport: Option<Transport>) -> Identity {
    let text = |file: &str| probe.text(&format!("{at}/device/{file}"));
    let page = |file: &str| probe.bytes(&format!("{at}/device/{file}"), PAGE_LIMIT_BYTES);
    let vendor = text("vendor");
    let ata = vendor.as_deref() == Some("ATA");
    // SCSI's fields cut an ATA drive's names short; its own identity has them whole, the serial and the rate too.
    let own = if ata { page("vpd_pg89").and_then(|page| identity_page(&page)) } else { None };
    let own = own.unwrap_or_default();
    let usb_device = device.filter(|_| transport == Some(Transport::Usb)).and_then(usb_device);
    let usb_serial = usb_device.and_then(|folder| probe.text(&format!("{folder}/serial")));
    let unit_serial = || vpd::serial(&page("vpd_pg80")?);
    let medium = || vpd::medium(&page("vpd_pgb1")?);
    let last = device.and_then(|device| device.rsplit('/').next());
    Identity {
        model: own.model.or_else(|| text("model")),
        serial: own.serial.or_else(unit_serial).or_else(|| usb_serial.clone()),
        wwn: text("wwid").map(|name| place::single_spaced(&name)),
        firmware: own.firmware.or_else(|| text("rev")),
        rotation_rpm: own.rotation_rpm.or_else(|| medium()?.rotation_rpm),
        vendor: vendor.filter(|_| !ata),
        ata,
        usb_serial: usb_serial.filter(|serial| serial.chars().all(|c| c.is_ascii_graphic() && c != ',')),
        unit: last.and_then(place::hctl).and_then(|(_host, rest)| Some(rest.split_once(':')?.1.to_owned())),
        namespace: None,
    }
}

/// The USB device (`…/2-1`) that the interface (`…/2-1/2-1:1.0`) on the way to the disk belongs to.
fn usb_device(device: &str) -> Option<&str> {
    let interface = place::upto(device, place::is_usb_interface)?;
    interface.rsplit_once('/').map(|(folder, _)| folder)
}

/// Whether it spins. `queue/rotational` is 1 also where nobody knows: for virtio, USB bridges, volumes of RAID controllers.
pub(super) fn rotational(
    queue: Option<bool>,
    identity: &Identity,
    transport: Option<Transport>,
) -> Option<bool> {
    match (queue?, identity.rotation_rpm) {
        (false, _) => Some(false),
        (true, Some(rate)) => Some(rate != 0),
        (true, None) => (transport == Some(Transport::Ata)).then_some(true),
    }
}
