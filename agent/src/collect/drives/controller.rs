//! RAID controllers: they show volumes, and hide the drives that these are made of.

use inventory::sections::HiddenDrives;

use super::target::Scsi;

/// How a controller's driver can be told to show volumes apart from drives that it passes through.
#[derive(Clone, Copy)]
enum Volumes {
    /// All that it shows are volumes.
    All,
    /// From this channel on.
    FromChannel(u32),
    /// On this channel.
    OnChannel(u32),
    /// Those with a RAID level; others say `N/A`.
    ByLevel,
    /// By the product that INQUIRY gives.
    ByProduct,
}

/// The driver (the SCSI host's `proc_name`, or the PCI driver), its volumes, and the tools that know its drives.
const CONTROLLERS: [(&str, Volumes, &[&str]); 13] = [
    ("megaraid_sas", Volumes::FromChannel(2), &["smartctl", "storcli", "perccli"]),
    ("hpsa", Volumes::ByLevel, &["smartctl", "ssacli"]),
    ("smartpqi", Volumes::ByLevel, &["smartctl", "ssacli", "arcconf"]),
    ("cciss", Volumes::All, &["smartctl", "ssacli"]),
    ("aacraid", Volumes::OnChannel(0), &["arcconf"]),
    ("mpt3sas", Volumes::ByProduct, &["sas3ircu"]),
    ("mpt2sas", Volumes::ByProduct, &["sas2ircu"]),
    ("mptsas", Volumes::ByProduct, &["lsiutil"]),
    ("mptspi", Volumes::ByProduct, &["lsiutil"]),
    ("arcmsr", Volumes::All, &["areca-cli"]),
    ("3w-9xxx", Volumes::All, &["tw_cli"]),
    ("3w-sas", Volumes::All, &["tw_cli"]),
    ("megaraid_legacy", Volumes::All, &["megacli"]),
];

/// Whether a driver of this name makes volumes.
pub(super) fn is_known(driver: &str) -> bool {
    CONTROLLERS.iter().any(|(name, ..)| *name == driver)
}

/// What a volume of this driver hides; `None` for a drive that is shown as it is, or a driver of another kind.
pub(super) fn hides(
    driver: &str,
    disk: &Scsi,
    raid_level: impl Fn() -> Option<String>,
) -> Option<HiddenDrives> {
    let (name, volumes, tools) = CONTROLLERS.iter().find(|(name, ..)| *name == driver)?;
    // No volume is called so.
    if disk.inquiry.vendor.as_deref() == Some("ATA") {
        return None;
    }
    let is_volume = match *volumes {
        Volumes::All => true,
        Volumes::FromChannel(first) => disk.channel >= Some(first),
        Volumes::OnChannel(channel) => disk.channel == Some(channel),
        Volumes::ByLevel => raid_level().is_none_or(|level| level != "N/A"),
        Volumes::ByProduct => disk.inquiry.product.as_deref().is_some_and(is_volumes_product),
    };
    let tools = tools.iter().map(|tool| (*tool).to_owned()).collect();
    is_volume.then(|| HiddenDrives { by: (*name).to_owned(), tools })
}

fn is_volumes_product(product: &str) -> bool {
    ["Logical Volume", "Virtual Disk", "Virtual Drive", "LOGICAL VOLUME"]
        .iter()
        .any(|word| product.starts_with(word))
}

#[cfg(test)]
mod tests {
    use decode::scsi::Inquiry;

    use super::*;

    fn disk(vendor: &str, product: &str, channel: u32) -> Scsi {
        let inquiry = Inquiry {
            vendor: Some(vendor.to_owned()),
            product: Some(product.to_owned()),
            ..Inquiry::default()
        };
        Scsi { inquiry, channel: Some(channel), ..Scsi::default() }
    }

    #[test]
    fn volumes_are_told_from_drives_that_are_passed_through() {
        let none = || None;
        let by = |driver, disk: &Scsi, level: Option<&str>| {
            hides(driver, disk, || level.map(str::to_owned)).map(|hidden| hidden.by)
        };
        assert!(
            hides("megaraid_sas", &disk("LSI", "MR9361-8i", 2), none)
                .unwrap()
                .tools
                .contains(&"storcli".to_owned())
        );
        assert_eq!(by("megaraid_sas", &disk("SEAGATE", "ST600MM0006", 0), None), None);
        assert_eq!(by("hpsa", &disk("HP", "LOGICAL VOLUME", 1), Some("RAID 5")).as_deref(), Some("hpsa"));
        assert_eq!(by("smartpqi", &disk("HPE", "EG0600JETKA", 0), Some("N/A")), None);
        assert_eq!(by("mpt3sas", &disk("DELL", "Virtual Disk", 1), None).as_deref(), Some("mpt3sas"));
        assert_eq!(by("mpt3sas", &disk("SEAGATE", "ST600MM0006", 0), None), None);
        assert_eq!(by("arcmsr", &disk("ATA", "WDC WD40EFRX", 0), None), None);
        assert_eq!(by("ahci", &disk("LSI", "Virtual Disk", 2), None), None);
    }
}
