//! One step of a boot.

use std::net::IpAddr;
use std::time::Duration;

use inventory::{MacAddr, Timestamp};
use serde::{Deserialize, Serialize, Serializer};

use super::kind::StepKind;
use crate::decide::{Action, Decision};
use crate::site::DiscoverySystem;

/// A detail is one line on a screen.
const MAX_DETAIL: usize = 300;
/// A name of DHCP's: RFC 2132 has room for 255 octets.
const MAX_NAME: usize = 255;
/// Tags of one exchange.
const MAX_TAGS: usize = 16;

/// Something that a booting machine did, as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(crate) kind: StepKind,
    pub(crate) address: IpAddr,
    pub(crate) mac: Option<MacAddr>,
    pub(crate) detail: String,
    pub(crate) bytes: Option<u64>,
    pub(crate) size: Option<u64>,
    pub(crate) took: Option<Duration>,
    pub(crate) facts: Facts,
}

/// How the detail of a transfer ends of which only the size was asked for.
pub const SIZE_ONLY: &str = "its size only";

/// A step as it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedStep {
    /// Its number among all steps of all machines; a later one is greater.
    pub id: i64,
    /// When; of a transfer, when it ended.
    pub at: Timestamp,
    /// What.
    pub kind: StepKind,
    /// From which address; `0.0.0.0` while the machine has none.
    pub address: IpAddr,
    /// More, in a line.
    pub detail: String,
    /// How much was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How much there was to send.
    #[serde(rename = "size_bytes", skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How long that took.
    #[serde(rename = "took_ms", serialize_with = "as_millis", skip_serializing_if = "Option::is_none")]
    pub took: Option<Duration>,
    /// What programs read of it.
    #[serde(skip_serializing_if = "Facts::is_empty")]
    pub facts: Facts,
}

/// What programs read of a step: the diagnosis, before all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Which program of the machine asked DHCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// Its architecture, by DHCP's number (option 93).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arch: Option<u16>,
    /// What it says it is (option 60).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_class: Option<String>,
    /// What it was told to load.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_file: Option<String>,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_server: Option<String>,
    /// The DHCP server's tags for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where a decision leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course: Option<Course>,
}

/// Which program of a machine asks for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// The firmware.
    Firmware,
    /// iPXE.
    Ipxe,
    /// An operating system, or one that did not say.
    System,
}

/// Where a decision leads: what is to be seen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Course {
    /// To the machine's own disk.
    Disk,
    /// To Muster's own image.
    Image,
    /// To an installer with a kickstart, from a mirror.
    Installer,
    /// To a live CoreOS.
    Live,
    /// To another iPXE, which asks again.
    OtherIpxe,
}

impl Step {
    /// A step of which no more is known.
    #[must_use]
    pub fn new(kind: StepKind, address: IpAddr) -> Self {
        Self {
            kind,
            address: address.to_canonical(),
            mac: None,
            detail: String::new(),
            bytes: None,
            size: None,
            took: None,
            facts: Facts::default(),
        }
    }

    /// Whose step it is.
    #[must_use]
    pub fn mac(mut self, mac: MacAddr) -> Self {
        self.mac = Some(mac);
        self
    }

    /// More, in a line. What is no printable text is left out, what is too long is cut.
    #[must_use]
    pub fn detail(mut self, detail: &str) -> Self {
        self.detail = plain(detail, MAX_DETAIL);
        self
    }

    /// How much was sent, in how long.
    #[must_use]
    pub fn sent(mut self, bytes: u64, took: Duration) -> Self {
        self.bytes = Some(bytes);
        self.took = Some(took);
        self
    }

    /// Only its size was asked for.
    #[must_use]
    pub fn size_only(mut self) -> Self {
        let between = if self.detail.is_empty() { "" } else { ", " };
        self.detail.push_str(&[between, SIZE_ONLY].concat());
        self.sent(0, Duration::ZERO)
    }

    /// How much there was to send.
    #[must_use]
    pub fn of(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// What programs read of it; bounded as a detail is.
    #[must_use]
    pub fn facts(mut self, facts: Facts) -> Self {
        self.facts = facts.bounded();
        self
    }

    /// Where this decision leads.
    #[must_use]
    pub fn course(mut self, decision: &Decision) -> Self {
        self.facts.course = Some(match &decision.action {
            Action::LocalDisk => Course::Disk,
            Action::OtherIpxe { .. } => Course::OtherIpxe,
            Action::Discover(DiscoverySystem::Image(_)) => Course::Image,
            Action::Discover(DiscoverySystem::Centos(_)) => Course::Installer,
            Action::Discover(DiscoverySystem::CoreOs(_)) | Action::Install(_) => Course::Live,
        });
        self
    }
}

impl RecordedStep {
    /// Its size was asked for, or it broke off before anything was sent.
    #[must_use]
    pub fn took_nothing(&self) -> bool {
        self.bytes == Some(0) && self.size > Some(0)
    }

    /// A transfer that broke off: some of it was sent, and not all.
    #[must_use]
    pub fn broke_off(&self) -> bool {
        matches!((self.bytes, self.size), (Some(bytes), Some(size)) if bytes > 0 && bytes < size)
    }
}

impl Facts {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn bounded(mut self) -> Self {
        for name in [&mut self.vendor_class, &mut self.boot_file, &mut self.next_server].into_iter().flatten()
        {
            *name = plain(name, MAX_NAME);
        }
        self.tags.truncate(MAX_TAGS);
        for tag in &mut self.tags {
            *tag = plain(tag, MAX_NAME);
        }
        self
    }

    pub(crate) fn written(&self) -> Option<String> {
        (!self.is_empty()).then(|| serde_json::to_string(self).ok()).flatten()
    }
}

fn plain(text: &str, length: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(length).collect()
}

fn as_millis<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match took {
        Some(took) => serializer.serialize_u64(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        None => serializer.serialize_none(),
    }
}
