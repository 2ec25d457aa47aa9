//! The names in `/dev/disk/by-id`, as udev's rules form them, from what sysfs tells and without udev.
//!
//! An installer's answer file names its disk so, and a machine in a discovery system has no udev to ask. What udev gets by
//! a command to the drive (the ATA name of a disk in a USB case) is not among them.

use inventory::sections::Transport;

use super::identity::Identity;

/// All names, each once, in the order of their worth.
pub(super) fn names(name: &str, transport: Option<Transport>, identity: &Identity) -> Vec<String> {
    let mut names = if name.starts_with("nvme") {
        nvme(identity)
    } else if name.starts_with("vd") {
        identity.serial.iter().map(|serial| format!("virtio-{}", word(serial))).collect()
    } else if name.starts_with("mmcblk") {
        both(identity.model.as_deref(), identity.serial.as_deref())
            .map(|(model, serial)| format!("mmc-{}_{}", word(model), word(serial)))
            .into_iter()
            .collect()
    } else if identity.ata {
        ata(identity)
    } else if transport == Some(Transport::Usb) {
        usb(identity)
    } else {
        scsi(identity)
    };
    let naa = identity.wwn.as_deref().and_then(|wwn| wwn.strip_prefix("naa."));
    names.extend(naa.map(|naa| format!("wwn-0x{}", word(naa))));
    names.dedup();
    names
}

fn nvme(identity: &Identity) -> Vec<String> {
    let mut names: Vec<String> = identity.wwn.iter().map(|wwn| format!("nvme-{}", word(wwn))).collect();
    if let Some((model, serial)) = both(identity.model.as_deref(), identity.serial.as_deref()) {
        let whole = format!("nvme-{}_{}", word(model), word(serial));
        let namespace = identity.namespace.map(|number| format!("{whole}_{number}"));
        names.push(whole);
        names.extend(namespace);
    }
    names
}

fn ata(identity: &Identity) -> Vec<String> {
    let Some(model) = identity.model.as_deref() else { return Vec::new() };
    let serial = identity.serial.as_deref().map(|serial| format!("_{}", word(serial)));
    vec![format!("ata-{}{}", word(model), serial.unwrap_or_default())]
}

fn usb(identity: &Identity) -> Vec<String> {
    let Some((vendor, model)) = both(identity.vendor.as_deref(), identity.model.as_deref()) else {
        return Vec::new();
    };
    let serial = identity.usb_serial.as_deref().map(|serial| format!("_{}", word(serial)));
    let unit = identity.unit.as_deref().map(|unit| format!("-{unit}"));
    vec![format!(
        "usb-{}_{}{}{}",
        word(vendor),
        word(model),
        serial.unwrap_or_default(),
        unit.unwrap_or_default()
    )]
}

/// By the kind of the world-wide name (SPC-5 7.7.6: 1 T10, 2 EUI-64, 3 NAA), or by the serial number of page 0x80.
fn scsi(identity: &Identity) -> Vec<String> {
    let kinds = [("naa.", '3'), ("eui.", '2'), ("t10.", '1')];
    let by_name = identity.wwn.as_deref().and_then(|wwn| {
        kinds
            .iter()
            .find_map(|(prefix, kind)| Some(format!("scsi-{kind}{}", word(wwn.strip_prefix(prefix)?))))
    });
    let by_serial = || {
        let (vendor, model) = both(identity.vendor.as_deref(), identity.model.as_deref())?;
        // Both in fields of fixed width, as the inquiry gives them.
        Some(format!("scsi-S{}", word(&format!("{vendor:8}{model:16}{}", identity.serial.as_deref()?))))
    };
    by_name.or_else(by_serial).into_iter().collect()
}

fn both<'a>(one: Option<&'a str>, other: Option<&'a str>) -> Option<(&'a str, &'a str)> {
    one.zip(other)
}

/// Runs of blanks become one `_`, and so does all that may not stand in a name.
fn word(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |c: char| c.is_alphanumeric() || "#+-.:=@_".contains(c);
    words.join("_").chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(fields: [Option<&str>; 4]) -> Identity {
        let [vendor, model, serial, wwn] = fields.map(|field| field.map(str::to_owned));
        Identity { vendor, model, serial, wwn, ..Identity::default() }
    }

    #[test]
    fn each_kind_of_disk_has_the_names_that_udev_gives_it() {
        let nvme = Identity {
            namespace: Some(1),
            ..said([None, Some("Samsung SSD  970"), Some("S4EW"), Some("eui.0025385b91")])
        };
        assert_eq!(
            names("nvme0n1", Some(Transport::Nvme), &nvme),
            ["nvme-eui.0025385b91", "nvme-Samsung_SSD_970_S4EW", "nvme-Samsung_SSD_970_S4EW_1"]
        );
        let ata = Identity { ata: true, ..said([None, Some("WDC WD40"), Some("WD-1"), Some("naa.5001")]) };
        assert_eq!(names("sda", Some(Transport::Ata), &ata), ["ata-WDC_WD40_WD-1", "wwn-0x5001"]);
        let sas = said([Some("SEAGATE"), Some("ST600"), Some("S0M"), Some("naa.5000c5")]);
        assert_eq!(names("sdb", Some(Transport::Sas), &sas), ["scsi-35000c5", "wwn-0x5000c5"]);
        let old = said([Some("VMware"), Some("Virtual disk"), Some("6000c2"), None]);
        assert_eq!(names("sdc", Some(Transport::Scsi), &old), ["scsi-SVMware_Virtual_disk_6000c2"]);
        let t10 = said([Some("Linux"), Some("scsi_debug"), None, Some("t10.Linux   scsi_debug  2000")]);
        assert_eq!(names("sdd", Some(Transport::Scsi), &t10), ["scsi-1Linux_scsi_debug_2000"]);
        let stick = Identity {
            usb_serial: Some("4C53".into()),
            unit: Some("0:0".into()),
            ..said([Some("SanDisk"), Some("Ultra"), None, None])
        };
        assert_eq!(names("sde", Some(Transport::Usb), &stick), ["usb-SanDisk_Ultra_4C53-0:0"]);
        assert_eq!(
            names("vda", Some(Transport::Virtual), &said([None, None, Some("a/b"), None])),
            ["virtio-a_b"]
        );
        let card = said([None, Some("SC16G"), Some("0x1234"), None]);
        assert_eq!(names("mmcblk0", Some(Transport::Mmc), &card), ["mmc-SC16G_0x1234"]);
        assert!(names("sdf", None, &Identity::default()).is_empty());
    }

    proptest! {
        #[test]
        fn no_name_leads_elsewhere(text: String) {
            prop_assert!(!word(&text).contains(['/', '\0', ' ', '\n']));
        }
    }
}
