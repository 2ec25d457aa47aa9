//! What a host is called. Pure.

use std::fmt;
use std::str::FromStr;

use inventory::{Identity, MacAddr};

use crate::error::HostError;
use crate::junk::is_junk;

/// Characters of a name.
const MAX: usize = 63;

/// Names that systems have which were given none.
const GENERIC: &[&str] = &[
    "alpine",
    "archlinux",
    "buildroot",
    "centos",
    "computer",
    "coreos",
    "debian",
    "discovery",
    "fedora",
    "host",
    "installer",
    "ip6-localhost",
    "kali",
    "linux",
    "live",
    "localhost",
    "localhost4",
    "localhost6",
    "muster",
    "muster-agent",
    "muster-discovery",
    "node",
    "none",
    "opensuse",
    "pc",
    "raspberrypi",
    "redhat",
    "rescue",
    "rhel",
    "rocky",
    "root",
    "server",
    "suse",
    "ubuntu",
    "ubuntu-server",
    "unknown",
    "vm",
];

/// A name that a host may have: lower case, safe in a URL, on a command line, on a console.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

impl HostName {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with `-suffix` behind it, cut where it would grow too long; itself when the suffix is empty.
    #[must_use]
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        if suffix.is_empty() {
            return self.clone();
        }
        let kept: String = self.0.chars().take(MAX.saturating_sub(suffix.len() + 1)).collect();
        Self(format!("{}-{suffix}", kept.trim_end_matches(['-', '.'])))
    }
}

impl FromStr for HostName {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, HostError> {
        let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if text.len() <= MAX && text.starts_with(ends) && text.ends_with(ends) && text.chars().all(safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(HostError::BadName(text.chars().take(MAX).collect()))
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a new host is to be called: its own name when that says something, else maker and serial number, else a MAC.
#[must_use]
pub(crate) fn choose(hostname: Option<&str>, identity: &Identity, proven: Option<MacAddr>) -> HostName {
    let own = || hostname.and_then(own_name);
    let made = || maker_and_serial(identity);
    let mac = || proven.or_else(|| lowest_mac(identity)).and_then(from_mac);
    own().or_else(made).or_else(mac).unwrap_or_else(|| HostName("host".to_owned()))
}

fn own_name(hostname: &str) -> Option<HostName> {
    let name: HostName = hostname.trim().to_lowercase().parse().ok()?;
    let first = name.0.split('.').next().unwrap_or_default();
    // The discovery image calls itself by its MAC, for its console: no name that anybody gave.
    if first.strip_prefix("muster-").is_some_and(|rest| rest.parse::<MacAddr>().is_ok()) {
        return None;
    }
    // An address is no name: it is somebody else's tomorrow.
    let is_address = name.0.parse::<std::net::IpAddr>().is_ok();
    (!GENERIC.contains(&first) && !is_address).then_some(name)
}

fn maker_and_serial(identity: &Identity) -> Option<HostName> {
    let said = |text: &Option<String>| text.clone().filter(|text| !is_junk(text));
    let serial = said(&identity.system_serial).or_else(|| said(&identity.chassis_serial))?;
    let maker = identity.vendor.as_deref().or(identity.product.as_deref()).unwrap_or_default();
    let maker = slug(maker.split_whitespace().next().unwrap_or_default(), 20);
    let maker = if is_junk(&maker) && maker.len() < 2 { "host".to_owned() } else { maker };
    let serial = slug(&serial, 40);
    format!("{maker}-{serial}").parse().ok().filter(|_| !serial.is_empty())
}

fn lowest_mac(identity: &Identity) -> Option<MacAddr> {
    let unicast = identity.nics.iter().filter(|nic| nic.mac.is_unicast());
    unicast.min_by_key(|nic| (nic.usb, nic.mac.is_locally_administered(), nic.mac)).map(|nic| nic.mac)
}

fn from_mac(mac: MacAddr) -> Option<HostName> {
    let [.., d, e, f] = mac.octets();
    format!("host-{d:02x}{e:02x}{f:02x}").parse().ok()
}

fn slug(text: &str, max: usize) -> String {
    let dashed: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<_> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(max).collect::<String>().trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use inventory::IdentityNic;

    use super::*;

    fn identity(vendor: &str, product: &str, serial: &str) -> Identity {
        let nic = |mac: &str, usb| IdentityNic { mac: mac.parse().unwrap(), usb };
        Identity {
            vendor: Some(vendor.to_owned()),
            product: Some(product.to_owned()),
            system_serial: Some(serial.to_owned()),
            nics: vec![nic("02:00:00:00:00:01", false), nic("3c:ec:ef:aa:bb:cc", false)],
            ..Identity::default()
        }
    }

    fn name(hostname: Option<&str>, identity: &Identity) -> String {
        choose(hostname, identity, None).to_string()
    }

    #[test]
    fn its_own_name_comes_first_unless_it_says_nothing() {
        let dell = identity("Dell Inc.", "PowerEdge R640", "J3F0X02");
        assert_eq!(name(Some("Rack1-Node3.example.org"), &dell), "rack1-node3.example.org");
        for nothing in [
            "localhost",
            "localhost.localdomain",
            "muster-52-54-00-00-00-01",
            "(none)",
            "debian",
            "",
            " ",
            "192.168.1.7",
            "a b",
            "../x",
            "${mac}",
            "<script>",
            "-x",
            "x.",
            &"a".repeat(64),
        ] {
            assert_eq!(name(Some(nothing), &dell), "dell-j3f0x02", "{nothing:?}");
        }
    }

    #[test]
    fn then_maker_and_serial_and_then_a_mac() {
        assert_eq!(name(None, &identity("HP", "ProLiant SL4540 Gen8 ", "CZ3 247/615")), "hp-cz3-247-615");
        assert_eq!(name(None, &identity("", "X", "AB12")), "host-ab12");
        let qemu = identity("QEMU", "Standard PC", "Not Specified");
        assert_eq!(name(None, &qemu), "host-aabbcc", "a maker's MAC before one set by software");
        assert_eq!(choose(None, &qemu, Some("52:54:00:12:34:56".parse().unwrap())).as_str(), "host-123456");
        assert_eq!(name(None, &Identity::default()), "host");
    }

    #[test]
    fn a_second_host_of_one_name_gets_a_number_and_stays_a_name() {
        let long: HostName = "a".repeat(63).parse().unwrap();
        assert_eq!(long.with_suffix(""), long);
        let second = long.with_suffix("12");
        assert_eq!(second.as_str().len(), 63);
        assert!(second.as_str().ends_with("a-12"));
        assert!(second.as_str().parse::<HostName>().is_ok());
    }
}
