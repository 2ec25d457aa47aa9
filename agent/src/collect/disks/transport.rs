//! How a disk is attached, told from the devices that its path leads through.

use inventory::sections::Transport;

use crate::collect::place::numbered;

/// The transport of the block device `name` whose device is at `real` (links followed).
pub(super) fn of(name: &str, real: &str) -> Transport {
    let through = |is: fn(&str) -> bool| real.split('/').any(is);
    // The order matters: a SATA disk in a USB case is a USB disk, an expander's SATA disk is reached by SAS.
    if name.starts_with("nvme") {
        Transport::Nvme
    } else if through(|part| numbered(part, "usb")) {
        Transport::Usb
    } else if through(|part| numbered(part, "mmc")) {
        Transport::Mmc
    } else if through(|part| part.starts_with("end_device-")) {
        Transport::Sas
    } else if through(|part| part.starts_with("rport-")) {
        Transport::FibreChannel
    } else if through(|part| numbered(part, "session")) {
        Transport::Iscsi
    } else if through(is_virtual) {
        Transport::Virtual
    } else if through(|part| numbered(part, "ata")) {
        Transport::Ata
    } else if through(|part| part.starts_with("target")) {
        Transport::Scsi
    } else {
        Transport::Other
    }
}

/// Virtio, Xen, Hyper-V.
fn is_virtual(part: &str) -> bool {
    numbered(part, "virtio") || part.starts_with("vbd-") || part.starts_with("VMBUS:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_tells_the_transport() {
        for (name, path, transport) in [
            ("nvme0n1", "virtual/nvme-subsystem/nvme-subsys0", Transport::Nvme),
            ("sda", "pci0000:00/0000:00:07.0/usb2/2-1/2-1:1.0/host14/target14:0:0/14:0:0:0", Transport::Usb),
            ("sdb", "pci0000:00/0000:00:06.0/ata1/host1/target1:0:0/1:0:0:0", Transport::Ata),
            (
                "sdc",
                "pci0000:00/0000:03:00.0/host4/port-4:0/end_device-4:0/target4:0:0/4:0:0:0",
                Transport::Sas,
            ),
            ("sdd", "platform/host5/session1/target5:0:0/5:0:0:1", Transport::Iscsi),
            ("sde", "pci0000:00/0000:05:00.0/host6/rport-6:0-2/target6:0:0/6:0:0:3", Transport::FibreChannel),
            ("sdf", "pci0000:00/0000:00:04.0/host13/target13:2:0/13:2:0:0", Transport::Scsi),
            ("vda", "pci0000:00/0000:00:08.0/virtio1", Transport::Virtual),
            ("mmcblk0", "pci0000:00/0000:00:1c.0/mmc_host/mmc0/mmc0:0001", Transport::Mmc),
            ("pmem0", "platform/e820_pmem/ndbus0/region0/namespace0.0", Transport::Other),
        ] {
            assert_eq!(of(name, &format!("/sys/devices/{path}")), transport, "{name}");
        }
    }
}
