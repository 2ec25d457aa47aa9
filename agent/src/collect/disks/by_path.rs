//! The names in `/dev/disk/by-path`, as udev forms them: the controller's address, then the way from there to the disk.

use inventory::sections::Transport;

use super::seat::Controllers;
use crate::collect::place::{self, is_pci_address, is_usb_interface, last, upto};
use crate::probe::Probe;

/// All names of the disk whose device is at `device`; none where udev has none (no PCI function, no platform device).
pub(super) fn names(
    probe: &Probe,
    controllers: &Controllers,
    device: &str,
    transport: Transport,
    namespace: Option<u32>,
) -> Vec<String> {
    let ways = match (transport, namespace) {
        (Transport::Nvme, Some(namespace)) => vec![format!("nvme-{namespace}")],
        (Transport::Nvme, None) => return Vec::new(),
        // The only disk of its controller: virtio, an SD card.
        _ if place::hctl(last(device)).is_none() => return lead(device).into_iter().collect(),
        _ => scsi(probe, controllers, device, transport),
    };
    let bus = usb(device).map(|usb| format!("{usb}-")).unwrap_or_default();
    match lead(device) {
        Some(lead) => ways.iter().map(|way| format!("{lead}-{bus}{way}")).collect(),
        // A session of the kernel's own initiator sits on no device.
        None if transport == Transport::Iscsi => ways,
        None => Vec::new(),
    }
}

/// `pci-0000:00:06.0`, behind the platform device that the PCI bus hangs on (Arm), where there is one.
fn lead(device: &str) -> Option<String> {
    let pci = upto(device, is_pci_address).map(|path| format!("pci-{}", last(path)));
    let platform = device.strip_prefix("/sys/devices/platform/").and_then(|rest| {
        let is_other = |part: &&str| {
            part.starts_with("pci")
                || *part == "mmc_host"
                || place::hctl(part).is_some()
                || ["host", "virtio", "usb", "ata", "session"].iter().any(|kind| place::numbered(part, kind))
        };
        rest.split('/').take_while(|part| !is_other(part)).last()
    });
    let platform = platform.map(|name| format!("platform-{name}"));
    match (platform, pci) {
        (Some(platform), Some(pci)) => Some(format!("{platform}-{pci}")),
        (platform, pci) => pci.or(platform),
    }
}

/// `usb-0:1.4:1.0`: the ports on the way, without the bus number, which changes from boot to boot.
fn usb(device: &str) -> Option<String> {
    let interface = last(upto(device, is_usb_interface)?);
    interface.split_once('-').map(|(_bus, port)| format!("usb-0:{port}"))
}

fn scsi(probe: &Probe, controllers: &Controllers, device: &str, transport: Transport) -> Vec<String> {
    let Some((_host, rest)) = place::hctl(last(device)) else { return Vec::new() };
    let mut numbers = rest.split(':');
    let (Some(channel), Some(target), Some(unit)) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Vec::new();
    };
    match transport {
        Transport::Ata => ata(probe, device, channel, target),
        Transport::Sas => sas(probe, device, &lun(unit)).into_iter().collect(),
        Transport::FibreChannel => fibre_channel(probe, device, &lun(unit)).into_iter().collect(),
        Transport::Iscsi => iscsi(probe, device, &lun(unit)).into_iter().collect(),
        _ => {
            let nth = controllers.host(device).unwrap_or_default().nth;
            vec![format!("scsi-{nth}:{channel}:{target}:{unit}")]
        }
    }
}

/// Also the shorter name of before systemd 250.
fn ata(probe: &Probe, device: &str, channel: &str, target: &str) -> Vec<String> {
    let Some(port) = upto(device, |part| place::numbered(part, "ata")) else { return Vec::new() };
    let name = last(port);
    let Some(number) = probe.number::<u32>(&format!("{port}/ata_port/{name}/port_no")) else {
        return Vec::new();
    };
    // Behind a port multiplier the channel is its port.
    let drive = if channel == "0" { target.to_owned() } else { format!("{channel}.0") };
    vec![format!("ata-{number}.{drive}"), format!("ata-{number}")]
}

/// By the phy where the drive is the only one at its port, else by the drive's address.
fn sas(probe: &Probe, device: &str, lun: &str) -> Option<String> {
    let end = upto(device, |part| part.starts_with("end_device-"))?;
    let said = |folder: &str, file: &str| probe.text(&format!("{folder}/sas_device/{}/{file}", last(folder)));
    let port = end.rsplit_once('/')?.0;
    let phys = probe.text(&format!("{port}/sas_port/{}/num_phys", last(port)))?;
    if phys != "1" {
        return Some(format!("sas-{}-{lun}", said(end, "sas_address")?));
    }
    let phy = said(end, "phy_identifier")?;
    let above = port.rsplit_once('/')?.0;
    let expander = if last(above).starts_with("expander-") { said(above, "sas_address") } else { None };
    let expander = expander.map(|address| format!("exp{address}-")).unwrap_or_default();
    Some(format!("sas-{expander}phy{phy}-{lun}"))
}

fn fibre_channel(probe: &Probe, device: &str, lun: &str) -> Option<String> {
    let target = last(upto(device, |part| part.starts_with("target"))?);
    let port = probe.text(&format!("/sys/class/fc_transport/{target}/port_name"))?;
    Some(format!("fc-{port}-{lun}"))
}

fn iscsi(probe: &Probe, device: &str, lun: &str) -> Option<String> {
    let session = last(upto(device, |part| place::numbered(part, "session"))?);
    let target = probe.text(&format!("/sys/class/iscsi_session/{session}/targetname"))?;
    let number = session.strip_prefix("session")?;
    let connection = format!("/sys/class/iscsi_connection/connection{number}:0");
    let address = probe.text(&format!("{connection}/persistent_address"))?;
    let port = probe.text(&format!("{connection}/persistent_port"))?;
    Some(format!("ip-{address}:{port}-iscsi-{target}-{lun}"))
}

/// Units above 255 are written as SCSI addresses them.
fn lun(unit: &str) -> String {
    match unit.parse::<u64>() {
        Ok(number @ 256..) => format!("lun-0x{:04x}{:04x}00000000", number & 0xffff, (number >> 16) & 0xffff),
        _ => format!("lun-{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    fn named(tree: &Builder, transport: Transport, device: &str) -> Vec<String> {
        let probe = Probe::new(tree.root());
        names(&probe, &Controllers::new(&probe), &format!("/sys/devices/{device}"), transport, Some(1))
    }

    #[test]
    fn each_way_to_a_disk_has_the_name_that_udev_gives_it() {
        let hba = "/sys/devices/pci0000:00/0000:03:00.0/host4";
        let tree = Builder::new()
            .file("/sys/devices/pci0000:00/0000:00:06.0/ata9/ata_port/ata9/port_no", "2\n")
            .folder("/sys/devices/pci0000:00/0000:00:04.0/host12")
            .folder("/sys/devices/pci0000:00/0000:00:04.0/host13")
            .file(&format!("{hba}/port-4:0/sas_port/port-4:0/num_phys"), "1\n")
            .file(&format!("{hba}/port-4:0/end_device-4:0/sas_device/end_device-4:0/phy_identifier"), "5\n")
            .file(&format!("{hba}/port-4:1/sas_port/port-4:1/num_phys"), "4\n")
            .file(&format!("{hba}/port-4:1/end_device-4:1/sas_device/end_device-4:1/sas_address"), "0x5000c5\n")
            .file(&format!("{hba}/port-4:2/expander-4:0/sas_device/expander-4:0/sas_address"), "0x5003\n")
            .file(&format!("{hba}/port-4:2/expander-4:0/port-4:0:7/sas_port/port-4:0:7/num_phys"), "1\n")
            .file(
                &format!("{hba}/port-4:2/expander-4:0/port-4:0:7/end_device-4:0:7/sas_device/end_device-4:0:7/phy_identifier"),
                "7\n",
            )
            .file("/sys/class/fc_transport/target6:0:0/port_name", "0x21000024ff\n")
            .file("/sys/class/iscsi_session/session3/targetname", "iqn.2026-11.lab:a\n")
            .file("/sys/class/iscsi_connection/connection3:0/persistent_address", "10.0.0.9\n")
            .file("/sys/class/iscsi_connection/connection3:0/persistent_port", "3260\n");
        for (transport, device, expected) in [
            (
                Transport::Nvme,
                "pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme3",
                &["pci-0000:01:00.0-nvme-1"][..],
            ),
            (
                Transport::Ata,
                "pci0000:00/0000:00:06.0/ata9/host8/target8:0:0/8:0:0:0",
                &["pci-0000:00:06.0-ata-2.0", "pci-0000:00:06.0-ata-2"],
            ),
            (
                Transport::Scsi,
                "pci0000:00/0000:00:04.0/host13/target13:2:0/13:2:0:0",
                &["pci-0000:00:04.0-scsi-1:2:0:0"],
            ),
            (
                Transport::Usb,
                "pci0000:00/0000:00:07.0/usb2/2-1/2-1:1.0/host14/target14:0:0/14:0:0:0",
                &["pci-0000:00:07.0-usb-0:1:1.0-scsi-0:0:0:0"],
            ),
            (
                Transport::Sas,
                "pci0000:00/0000:03:00.0/host4/port-4:0/end_device-4:0/target4:0:0/4:0:0:0",
                &["pci-0000:03:00.0-sas-phy5-lun-0"],
            ),
            (
                Transport::Sas,
                "pci0000:00/0000:03:00.0/host4/port-4:1/end_device-4:1/target4:0:1/4:0:1:0",
                &["pci-0000:03:00.0-sas-0x5000c5-lun-0"],
            ),
            (
                Transport::Sas,
                "pci0000:00/0000:03:00.0/host4/port-4:2/expander-4:0/port-4:0:7/end_device-4:0:7/target4:0:7/4:0:7:0",
                &["pci-0000:03:00.0-sas-exp0x5003-phy7-lun-0"],
            ),
            (
                Transport::FibreChannel,
                "pci0000:00/0000:05:00.0/host6/rport-6:0-2/target6:0:0/6:0:0:300",
                &["pci-0000:05:00.0-fc-0x21000024ff-lun-0x012c000000000000"],
            ),
            (
                Transport::Iscsi,
                "platform/host5/session3/target5:0:0/5:0:0:1",
                &["ip-10.0.0.9:3260-iscsi-iqn.2026-11.lab:a-lun-1"],
            ),
            (Transport::Virtual, "pci0000:00/0000:00:08.0/virtio1", &["pci-0000:00:08.0"]),
            (Transport::Mmc, "platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:0001", &["platform-fe340000.mmc"]),
            (
                Transport::Nvme,
                "platform/soc/4000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/nvme/nvme0",
                &["platform-4000.pcie-pci-0000:01:00.0-nvme-1"],
            ),
            (Transport::Scsi, "pseudo_0/adapter0/host15/target15:0:0/15:0:0:0", &[]),
        ] {
            assert_eq!(named(&tree, transport, device), expected, "{device}");
        }
    }

    #[test]
    fn what_is_not_told_gives_no_name() {
        let tree = Builder::new();
        for (transport, device) in [
            (Transport::Ata, "pci0000:00/0000:00:06.0/ata9/host8/target8:0:0/8:0:0:0"),
            (Transport::Iscsi, "platform/host5/session3/target5:0:0/5:0:0:1"),
        ] {
            assert_eq!(named(&tree, transport, device), [""; 0], "{device}");
        }
    }
}
