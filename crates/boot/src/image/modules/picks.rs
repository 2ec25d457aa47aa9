//! What a machine may need to be reached and to be seen whole, by the kernel's own folders: network cards, disks and what
//! they hang on, sensors, memory errors, the BMC, the firmware's variables, keyboard and power button. No filesystem of a
//! disk, no array, no volume manager: what is not there can't write.

use crate::image::left_out::LeftOut;

/// Folders (with a slash at the end) and single modules.
const WANTED: &[&str] = &[
    "arch/arm64/crypto/crct10dif-ce.ko",
    "arch/x86/crypto/crc32c-intel.ko",
    "arch/x86/crypto/crct10dif-pclmul.ko",
    "crypto/crc32c_generic.ko",
    "crypto/crct10dif_generic.ko",
    "drivers/acpi/button.ko",
    "drivers/ata/",
    "drivers/block/virtio_blk.ko",
    "drivers/block/xen-blkfront.ko",
    "drivers/char/ipmi/",
    "drivers/edac/",
    "drivers/hid/hid-generic.ko",
    "drivers/hid/hid-hyperv.ko",
    "drivers/hid/usbhid/",
    "drivers/hv/",
    "drivers/hwmon/",
    "drivers/i2c/busses/",
    "drivers/input/evdev.ko",
    "drivers/message/fusion/",
    "drivers/mmc/core/",
    "drivers/mmc/host/",
    "drivers/net/ethernet/",
    "drivers/net/hyperv/",
    "drivers/net/mdio/",
    "drivers/net/phy/",
    "drivers/net/usb/",
    "drivers/net/virtio_net.ko",
    "drivers/net/vmxnet3/",
    "drivers/net/xen-netfront.ko",
    "drivers/nvme/host/",
    "drivers/pci/controller/",
    "drivers/phy/",
    "drivers/scsi/",
    "drivers/usb/host/",
    "drivers/usb/storage/",
    "drivers/virtio/",
    "fs/efivarfs/",
    "net/8021q/",
];

/// What lies there and is not wanted: disks across an IP network (booting must not log in to a target), being a target, a
/// disk made for tests, what resets or switches off the machine by itself, cards of another age.
const UNWANTED: &[&str] = &[
    "drivers/ata/pata_pcmcia.ko",
    "drivers/char/ipmi/ipmi_poweroff.ko",
    "drivers/char/ipmi/ipmi_watchdog.ko",
    "drivers/net/ethernet/8390/pcnet_cs.ko",
    "drivers/net/ethernet/8390/axnet_cs.ko",
    "drivers/net/usb/cdc-phonet.ko",
    "drivers/net/usb/hso.ko",
    "drivers/nvme/host/nvme-fabrics.ko",
    "drivers/nvme/host/nvme-fc.ko",
    "drivers/nvme/host/nvme-rdma.ko",
    "drivers/nvme/host/nvme-tcp.ko",
    "drivers/scsi/be2iscsi/",
    "drivers/scsi/bnx2fc/",
    "drivers/scsi/bnx2i/",
    "drivers/scsi/cxgbi/",
    "drivers/scsi/elx/",
    "drivers/scsi/fcoe/",
    "drivers/scsi/iscsi_boot_sysfs.ko",
    "drivers/scsi/iscsi_tcp.ko",
    "drivers/scsi/libiscsi.ko",
    "drivers/scsi/libiscsi_tcp.ko",
    "drivers/scsi/pcmcia/",
    "drivers/scsi/qedf/",
    "drivers/scsi/qedi/",
    "drivers/scsi/qla2xxx/tcm_qla2xxx.ko",
    "drivers/scsi/qla4xxx/",
    "drivers/scsi/scsi_debug.ko",
];

/// What makes arrays and volumes of disks, or reads their filesystems. It is in no image, whatever asks for it.
const FORBIDDEN: &[&str] = &["drivers/block/drbd/", "drivers/md/", "fs/"];
const HARMLESS: &[&str] = &["fs/configfs/", "fs/efivarfs/", "fs/nls/", "fs/pstore/"];

/// Whether a module could assemble or mount something.
pub(super) fn forbidden(path: &str) -> bool {
    let Some(path) = path.strip_prefix("kernel/") else { return false };
    under(path, FORBIDDEN) && !under(path, HARMLESS)
}

/// Whether a module is picked for itself; what it needs comes with it.
pub(super) fn wanted(path: &str, left_out: &mut LeftOut) -> bool {
    let Some(below) = path.strip_prefix("kernel/") else { return false };
    under(below, WANTED) && !under(below, UNWANTED) && !left_out.module(path)
}

fn under(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| if place.ends_with('/') { path.starts_with(place) } else { path == *place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_wanted_and_what_could_write_is_not() {
        for path in
            ["drivers/net/ethernet/intel/igb/igb.ko", "drivers/nvme/host/nvme.ko", "drivers/acpi/button.ko"]
        {
            assert!(wanted(&format!("kernel/{path}"), &mut LeftOut::default()), "{path}");
        }
        for path in [
            "drivers/md/md-mod.ko",
            "drivers/md/dm-mod.ko",
            "drivers/scsi/scsi_debug.ko",
            "drivers/nvme/host/nvme-tcp.ko",
            "drivers/watchdog/iTCO_wdt.ko",
            "fs/ext4/ext4.ko",
            "fs/xfs/xfs.ko",
            "drivers/acpi/button.ko.sig",
        ] {
            assert!(!wanted(&format!("kernel/{path}"), &mut LeftOut::default()), "{path}");
        }
        for (path, is) in
            [("drivers/md/md-mod.ko", true), ("fs/ext4/ext4.ko", true), ("fs/configfs/configfs.ko", false)]
        {
            assert_eq!(forbidden(&format!("kernel/{path}")), is, "{path}");
        }
    }
}
