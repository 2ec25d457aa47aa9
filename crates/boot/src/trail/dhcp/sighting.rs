//! One word of a DHCP server's, whoever read it.

use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;

use crate::trail::{Client, Facts, Step, StepKind};

/// Something that a DHCP server told of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The machine.
    pub mac: MacAddr,
    /// What was told.
    pub told: Told,
    /// What the machine said it is (option 60).
    pub vendor_class: Option<String>,
    /// What it said it runs (option 77).
    pub user_class: Option<String>,
    /// What it is to load.
    pub boot_file: Option<String>,
    /// From where.
    pub next_server: Option<String>,
    /// The server's tags for it.
    pub tags: Vec<String>,
}

/// What a DHCP server tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The machine asked for an address.
    Discover,
    /// It was offered this one.
    Offer(IpAddr),
    /// It has this one.
    Ack(IpAddr),
    /// It holds this one, as the list of leases says: when it asked is not known.
    Lease(IpAddr),
    /// It gets none, for this reason.
    Refused(String),
}

impl Sighting {
    /// Of which no more is known.
    #[must_use]
    pub fn new(mac: MacAddr, told: Told) -> Self {
        Self {
            mac,
            told,
            vendor_class: None,
            user_class: None,
            boot_file: None,
            next_server: None,
            tags: Vec::new(),
        }
    }

    /// The address that the machine has from now on.
    #[must_use]
    pub fn given(&self) -> Option<IpAddr> {
        match self.told {
            Told::Ack(address) | Told::Lease(address) => Some(address),
            Told::Discover | Told::Offer(_) | Told::Refused(_) => None,
        }
    }

    /// Which program asked. iPXE says so in its user class, beside the firmware's vendor class.
    #[must_use]
    pub fn client(&self) -> Client {
        let says =
            |text: &Option<String>, word: &str| text.as_deref().is_some_and(|text| text.contains(word));
        let firmware = |class: &str| class.starts_with("PXEClient") || class.starts_with("HTTPClient");
        if says(&self.user_class, "iPXE") || self.tags.iter().any(|tag| tag.eq_ignore_ascii_case("ipxe")) {
            Client::Ipxe
        } else if self.vendor_class.as_deref().is_some_and(firmware) {
            Client::Firmware
        } else {
            Client::System
        }
    }

    /// The architecture that firmware and iPXE put into their vendor class: `PXEClient:Arch:00007:UNDI:003016`.
    #[must_use]
    pub fn arch(&self) -> Option<u16> {
        let (_, rest) = self.vendor_class.as_deref()?.split_once(":Arch:")?;
        rest.split(':').next()?.parse().ok()
    }

    pub(crate) fn into_step(self) -> Step {
        let (client, arch) = (self.client(), self.arch());
        let kind = match self.told {
            Told::Discover => StepKind::DhcpDiscover,
            Told::Offer(_) => StepKind::DhcpOffer,
            Told::Ack(_) | Told::Lease(_) => StepKind::DhcpAck,
            Told::Refused(_) => StepKind::DhcpRefused,
        };
        let address = self.given().unwrap_or(Ipv4Addr::UNSPECIFIED.into());
        let detail = self.detail(client, arch);
        let facts = Facts {
            client: Some(client),
            arch,
            vendor_class: self.vendor_class,
            boot_file: self.boot_file,
            next_server: self.next_server,
            tags: self.tags,
            course: None,
        };
        Step::new(kind, address).mac(self.mac).detail(&detail).facts(facts)
    }

    fn detail(&self, client: Client, arch: Option<u16>) -> String {
        let machine = arch.map(|arch| format!("{}, architecture {arch}", arch_in_words(arch)));
        let asks = match client {
            Client::Firmware => {
                format!("firmware, {}", machine.as_deref().unwrap_or("of unknown architecture"))
            }
            Client::Ipxe => format!("iPXE{}", machine.map(|m| format!(", {m}")).unwrap_or_default()),
            Client::System => match &self.vendor_class {
                Some(class) => format!("its system, {class}"),
                None => "its system".to_owned(),
            },
        };
        let who = match client {
            Client::Firmware => "firmware",
            Client::Ipxe => "iPXE",
            Client::System => "its system",
        };
        let file = match (&self.boot_file, &self.next_server) {
            (Some(file), Some(server)) if !file.contains("://") => {
                format!(", boot file {file} from {server}")
            }
            (Some(file), _) => format!(", boot file {file}"),
            (None, _) if client == Client::System => String::new(),
            (None, _) => ", no boot file".to_owned(),
        };
        match &self.told {
            Told::Discover => asks,
            Told::Offer(address) | Told::Ack(address) => format!("{address}{file} ({who})"),
            Told::Lease(address) => format!("{address}, as the list of leases says"),
            Told::Refused(reason) => format!("{reason} ({asks})"),
        }
    }
}

/// An architecture of DHCP's (option 93; the registry "Processor Architecture Types").
#[must_use]
pub const fn arch_in_words(arch: u16) -> &'static str {
    match arch {
        0 => "BIOS",
        6 => "32-bit x86 UEFI",
        7 | 9 => "x86-64 UEFI",
        10 => "32-bit ARM UEFI",
        11 => "arm64 UEFI",
        15 => "32-bit x86 UEFI by HTTP",
        16 => "x86-64 UEFI by HTTP",
        18 => "32-bit ARM UEFI by HTTP",
        19 => "arm64 UEFI by HTTP",
        25 => "32-bit RISC-V UEFI",
        27 => "64-bit RISC-V UEFI",
        37 => "32-bit LoongArch UEFI",
        39 => "64-bit LoongArch UEFI",
        _ => "an architecture that has no name here",
    }
}
