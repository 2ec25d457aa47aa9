//! What a function is, by its numbers: one read tells them all, and the driver.

use decode::pci::{Config, Header};

use crate::probe::Probe;
use crate::root::FILE_LIMIT_BYTES;

/// A function's numbers in lower-case hex, as far as they are told, and its driver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) vendor: Option<String>,
    pub(super) device: Option<String>,
    pub(super) subsystem_vendor: Option<String>,
    pub(super) subsystem_device: Option<String>,
    pub(super) class: Option<String>,
    pub(super) driver: Option<String>,
}

impl Ids {
    /// Of the function whose folder is `at`. `uevent` says all; a captured tree may have `modalias` instead.
    pub(super) fn read(probe: &Probe, at: &str) -> Self {
        let uevent = probe.lines(&format!("{at}/uevent"), FILE_LIMIT_BYTES).unwrap_or_default();
        let said = |key: &str| uevent.lines().find_map(|line| line.strip_prefix(key));
        let mut ids = match said("MODALIAS=") {
            Some(alias) => Self::of_alias(alias),
            None => probe.text(&format!("{at}/modalias")).and_then(|alias| Self::of_alias(&alias)),
        }
        .unwrap_or_default();
        ids.driver = match said("DRIVER=") {
            Some(driver) => crate::probe::clean(driver.as_bytes()),
            None if uevent.is_empty() => probe.link_name(&format!("{at}/driver")),
            None => None,
        };
        ids
    }

    /// `pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02`
    fn of_alias(alias: &str) -> Option<Self> {
        let rest = alias.strip_prefix("pci:")?;
        let (vendor, rest) = id(rest, "v")?;
        let (device, rest) = id(rest, "d")?;
        let (subsystem_vendor, rest) = id(rest, "sv")?;
        let (subsystem_device, rest) = id(rest, "sd")?;
        let (base, rest) = number(rest, "bc", 2)?;
        let (sub, rest) = number(rest, "sc", 2)?;
        let (interface, _) = number(rest, "i", 2)?;
        let mut ids = Self {
            vendor: Some(vendor),
            device: Some(device),
            class: Some(format!("{base}{sub}{interface}")),
            ..Self::default()
        };
        ids.set_subsystem(subsystem_vendor, subsystem_device);
        Some(ids)
    }

    /// Fills in what no file told.
    pub(super) fn complete(&mut self, config: &Config) {
        self.vendor.get_or_insert_with(|| format!("{:04x}", config.vendor));
        self.device.get_or_insert_with(|| format!("{:04x}", config.device));
        self.class.get_or_insert_with(|| format!("{:06x}", config.class));
        if let Header::Endpoint { subsystem_vendor, subsystem_device } = config.header
            && self.subsystem_vendor.is_none()
        {
            self.set_subsystem(format!("{subsystem_vendor:04x}"), format!("{subsystem_device:04x}"));
        }
    }

    /// Bridges and much that is built in have no card to name.
    fn set_subsystem(&mut self, vendor: String, device: String) {
        if vendor != "0000" && vendor != "ffff" {
            self.subsystem_vendor = Some(vendor);
            self.subsystem_device = Some(device);
        }
    }
}

/// A number of four digits, which the kernel writes with eight.
fn id<'a>(text: &'a str, key: &str) -> Option<(String, &'a str)> {
    let (digits, rest) = number(text, key, 8)?;
    Some((digits.strip_prefix("0000").map_or_else(|| digits.clone(), str::to_owned), rest))
}

fn number<'a>(text: &'a str, key: &str, length: usize) -> Option<(String, &'a str)> {
    let (digits, rest) = text.strip_prefix(key)?.split_at_checked(length)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| (digits.to_lowercase(), rest))
}

/// `0x1B36` is `1b36`.
pub(super) fn bare(text: &str) -> String {
    text.trim_start_matches("0x").to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_alias_holds_all_numbers() {
        let ids = Ids::of_alias("pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02").unwrap();
        assert_eq!((ids.vendor.as_deref(), ids.device.as_deref()), (Some("1b36"), Some("0010")));
        assert_eq!(ids.subsystem_vendor.as_deref(), Some("1af4"));
        assert_eq!(ids.class.as_deref(), Some("010802"));
        let is_of = |classes| crate::collect::pci::is_of(ids.class.as_deref(), classes);
        assert!(is_of(&["03", "01"]) && !is_of(&["10"]));
        let bridge = Ids::of_alias("pci:v00008086d00000D57sv00000000sd00000000bc06sc00i00").unwrap();
        assert_eq!((bridge.subsystem_vendor, bridge.subsystem_device), (None, None));
    }

    proptest! {
        #[test]
        fn any_alias_is_survived(alias in "pci:v[0-9A-F]{0,9}(d.{0,40})?|.{0,60}") {
            Ids::of_alias(&alias);
        }
    }
}
