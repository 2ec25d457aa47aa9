//! Where a device sits, in words that stay the same over a reboot.
//!
//! The kernel's path of a device is made of places (`0000:00:06.0`, a port) and of numbers that it hands out as devices
//! turn up (`host3`, `nvme1`, `virtio2`). The numbers change from boot to boot, the places don't: this leaves the places.

use crate::probe::Probe;

/// The place of the device at this path (`/sys/devices/…`, links followed), without the device's own name.
pub(super) fn of(probe: &Probe, real: &str) -> String {
    stable(real, |port_folder| probe.number(&format!("{port_folder}/port_no")))
}

fn stable(real: &str, ata_port_number: impl Fn(&str) -> Option<u32>) -> String {
    let mut places: Vec<String> = Vec::new();
    let mut walked = "/sys/devices".to_owned();
    for part in real.strip_prefix("/sys/devices/").unwrap_or(real).split('/') {
        walked.push('/');
        walked.push_str(part);
        if let Some((_host, place)) = hctl(part) {
            places.push(place.to_owned());
        } else if numbered(part, "ata") {
            let number = ata_port_number(&format!("{walked}/ata_port/{part}"));
            places.push(number.map_or_else(|| "ata".to_owned(), |number| format!("ata-port{number}")));
        } else if let Some(place) = sas_place(part) {
            places.push(place);
        } else if !is_number_of_this_boot(part) {
            places.push(part.to_owned());
        }
    }
    places.join("/")
}

/// The device, links followed, that a part of this class belongs to: told by the part's own link
/// (`../devices/pci0000:00/0000:00:08.0/virtio1/block/vda`). Of what belongs to none, or stands elsewhere, it tells nothing.
pub(super) fn device(link: &str, class: &str, name: &str) -> Option<String> {
    let device = link.trim_start_matches("../").strip_suffix(name)?.strip_suffix('/')?;
    let device = device.strip_suffix(class)?.strip_suffix('/')?;
    (device.starts_with("devices/") && device != "devices/virtual").then(|| format!("/sys/{device}"))
}

/// Splits `13:2:0:0` into the host's number and the rest.
pub(super) fn hctl(part: &str) -> Option<(&str, &str)> {
    let numbers = part.split(':').filter(|number| is_number(number)).count();
    if numbers == 4 && part.matches(':').count() == 3 { part.split_once(':') } else { None }
}

/// SAS names carry the host's number first: `end_device-0:1:3` is the third behind expander 1 of host 0.
fn sas_place(part: &str) -> Option<String> {
    let (kind, address) = part.split_once('-')?;
    let (_host, place) = address.split_once(':')?;
    if matches!(kind, "end_device" | "expander" | "port" | "rport" | "phy") {
        Some(format!("{kind}-{place}"))
    } else {
        None
    }
}

fn is_number_of_this_boot(part: &str) -> bool {
    matches!(part, "nvme" | "block" | "hwmon" | "scsi_host")
        || part.starts_with("target")
        || ["host", "nvme", "nvme-subsys", "virtio", "hwmon", "session", "mmc"]
            .iter()
            .any(|kind| numbered(part, kind))
}

/// `0000:00:06.0`; a domain may have more than four digits.
pub(super) fn is_pci_address(part: &str) -> bool {
    let mut fields =
        part.split([':', '.']).map(|field| (field.len(), field.bytes().all(|b| b.is_ascii_hexdigit())));
    let shape = [fields.next(), fields.next(), fields.next(), fields.next(), fields.next()];
    matches!(shape, [Some((4..=8, true)), Some((2, true)), Some((2, true)), Some((1, true)), None])
        && part.as_bytes().get(part.len() - 2) == Some(&b'.')
}

/// `2-1.4:1.0`.
pub(super) fn is_usb_interface(part: &str) -> bool {
    let digits =
        |text: &str, also: char| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == also);
    let Some((port, interface)) = part.split_once(':') else { return false };
    let Some((bus, chain)) = port.split_once('-') else { return false };
    digits(bus, '0') && digits(chain, '.') && interface.contains('.') && digits(interface, '.')
}

/// The path up to and with the last of its components that `is`.
pub(super) fn upto(path: &str, is: impl Fn(&str) -> bool) -> Option<&str> {
    let mut rest = path;
    loop {
        let (before, part) = rest.rsplit_once('/')?;
        if is(part) {
            return Some(rest);
        }
        rest = before;
    }
}

/// The last component of a path.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `t10.ATA     WDC WD40…` is padded with blanks, a different number of them by each kernel.
pub(super) fn single_spaced(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `host12` is a numbered `host`.
pub(super) fn numbered(part: &str, kind: &str) -> bool {
    part.strip_prefix(kind).is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_this_boot_are_left_out() {
        let ports = |folder: &str| folder.ends_with("/ata9/ata_port/ata9").then_some(2);
        for (real, place) in [
            ("pci0000:00/0000:00:01.0/nvme/nvme3", "pci0000:00/0000:00:01.0"),
            (
                "pci0000:00/0000:00:06.0/ata9/host8/target8:0:0/8:0:0:0",
                "pci0000:00/0000:00:06.0/ata-port2/0:0:0",
            ),
            ("pci0000:00/0000:00:05.0/virtio0/host0/target0:0:0/0:0:0:7", "pci0000:00/0000:00:05.0/0:0:7"),
            (
                "pci0000:00/0000:03:00.0/host4/port-4:0/expander-4:0/port-4:0:5/end_device-4:0:5/target4:0:5/4:0:5:0",
                "pci0000:00/0000:03:00.0/port-0/expander-0/port-0:5/end_device-0:5/0:5:0",
            ),
            ("pci0000:00/0000:00:08.0/virtio1", "pci0000:00/0000:00:08.0"),
            ("platform/coretemp.0", "platform/coretemp.0"),
        ] {
            assert_eq!(stable(&format!("/sys/devices/{real}"), ports), place);
        }
    }

    #[test]
    fn a_link_tells_the_device_of_what_stands_in_its_class() {
        for (link, class, name, told) in [
            (
                "../devices/pci0000:00/0000:00:08.0/virtio1/block/vda",
                "block",
                "vda",
                "pci0000:00/0000:00:08.0/virtio1",
            ),
            ("../../devices/platform/soc/eth/net/eth0", "net", "eth0", "platform/soc/eth"),
        ] {
            assert_eq!(device(link, class, name), Some(format!("/sys/devices/{told}")));
        }
        for (link, class, name) in [
            ("../devices/virtual/block/dm-0", "block", "dm-0"),
            ("../devices/pci0000:00/0000:00:04.0/nvme/nvme0/nvme0n1", "block", "nvme0n1"),
            ("../devices/pci0000:00/0000:00:03.0/net/eth0", "net", "eth1"),
            ("/elsewhere/net/eth0", "net", "eth0"),
            ("", "net", "eth0"),
        ] {
            assert_eq!(device(link, class, name), None, "{link}");
        }
    }

    #[test]
    fn only_four_numbers_are_a_scsi_address() {
        assert_eq!(hctl("13:2:0:0"), Some(("13", "2:0:0")));
        for not in ["0000:00:06.0", "1:2:3", "1:2:3:4:5", "a:b:c:d", "1-2:1.0", ":::"] {
            assert_eq!(hctl(not), None, "{not}");
        }
    }

    #[test]
    fn addresses_are_told_from_what_looks_like_them() {
        assert!(is_pci_address("0000:00:06.0") && is_pci_address("10000:e1:00.7"));
        for not in ["pci0000:00", "1:0:0:0", "0000:00:06", "0000.00.06:0", "0000:00:06.0.1", "1-2:1.0", ""] {
            assert!(!is_pci_address(not), "{not}");
        }
        assert!(is_usb_interface("2-1:1.0") && is_usb_interface("1-1.4.2:1.1"));
        for not in ["2-1", "usb2", "end_device-0:1", "1-0:", "a-1:1.0"] {
            assert!(!is_usb_interface(not), "{not}");
        }
    }

    #[test]
    fn a_path_is_cut_behind_its_last_match() {
        let path = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/nvme/nvme0";
        assert_eq!(upto(path, is_pci_address), Some("/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"));
        assert_eq!(upto("/sys/devices/virtual", is_pci_address), None);
    }

    proptest! {
        #[test]
        fn any_path_has_a_place(real: String) {
            stable(&real, |_| None);
        }
    }
}
