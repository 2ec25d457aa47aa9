//! A host as lists and pages show it.

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::{IdentifierKind, Strength};
use crate::state::State;

/// Everything of a host but its documents. Every column is small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Its id.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Where it stands in the room, where somebody said.
    #[serde(default)]
    pub place: Option<String>,
    /// Where it stands in its life.
    pub state: State,
    /// An operator took it in.
    pub approved: bool,
    /// How it became known.
    pub source: Source,
    /// When it became known.
    pub created_at: Timestamp,
    /// Its agent has a key to speak with.
    pub enrolled: bool,
    /// When its agent was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// When its agent said goodbye, if nothing was heard since.
    pub goodbye_at: Option<Timestamp>,
    /// Where it enrolled from, or was found.
    pub address: Option<String>,
    /// Its agent's version.
    pub agent_version: Option<String>,
    /// The kernel's boot id.
    pub boot_id: Option<String>,
    /// What its agent can't do at present, counted. See [`problems`](crate::problems).
    pub problem_count: i64,
    /// When a scrape last met it.
    pub found_at: Option<Timestamp>,
    /// Which search met it.
    pub found_by: Option<Source>,
    /// Where.
    pub found_address: Option<String>,
    /// The newest revision of its inventory; 0 before the first.
    pub revision: i64,
    /// When that was stored.
    pub changed_at: Option<Timestamp>,
    /// When the last report was taken.
    pub report_at: Option<Timestamp>,
    /// Maker.
    pub vendor: Option<String>,
    /// Product.
    pub product: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Processor.
    pub cpu: Option<String>,
    /// Processor threads.
    pub cpu_threads: Option<i64>,
    /// Memory.
    pub memory_bytes: Option<i64>,
    /// Disks that are built in.
    pub disk_count: Option<i64>,
    /// Their sizes, added.
    pub disk_bytes: Option<i64>,
    /// Network cards.
    pub nic_count: Option<i64>,
    /// The address that it booted with.
    pub primary_address: Option<String>,
    /// When the last sample was taken.
    pub sample_at: Option<Timestamp>,
    /// What its hottest sensor reads.
    pub hottest_celsius: Option<f64>,
    /// Which that is.
    pub hottest_sensor: Option<String>,
    /// How full its fullest filesystem is.
    pub fullest_percent: Option<f64>,
    /// Where that is mounted.
    pub fullest_mount: Option<String>,
}

/// How a host became known, or was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Its agent enrolled.
    Agent,
    /// It was announced by mDNS and scraped.
    Mdns,
    /// It was found by a sweep of addresses and scraped.
    Sweep,
}

/// Which hosts a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub state: Option<State>,
    /// Approved, or not.
    pub approved: Option<bool>,
    /// With this in their id, name, maker, product, serial number, an address or a MAC address. Case doesn't matter.
    pub text: Option<String>,
    /// Whose firmware's order comes to this: `follows`, `wrong`, `unknown`.
    pub boot_order: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// The cursor of the next page, when there is one.
    pub next: Option<String>,
}

/// Something that an agent can't do at present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostProblem {
    /// A section of its report, or what it tried.
    pub part: String,
    /// Why it can't.
    pub reason: String,
    /// Since when.
    pub since_at: Timestamp,
}

/// An identifier of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostIdentifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// Its value.
    pub value: String,
    /// How far it may be trusted.
    pub strength: Strength,
    /// The host showed it when it last said who it is.
    pub current: bool,
    /// Another machine shows it too: it identifies neither.
    pub demoted: bool,
    /// When a ticket last proved it.
    pub proven_at: Option<Timestamp>,
    /// When it was first shown.
    pub first_seen_at: Timestamp,
    /// When it was last shown.
    pub last_seen_at: Timestamp,
}

impl Source {
    /// As it is written in the database and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Mdns => "mdns",
            Self::Sweep => "sweep",
        }
    }
}

impl std::str::FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Agent, Self::Mdns, Self::Sweep]
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| format!("there is no source called {text:?}"))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
