//! The numbers of each rule.

mod check;
mod defaults;

use serde::{Deserialize, Serialize};

use super::Span;
use crate::rules::RuleId;
use crate::severity::Severity;

/// All rules, nested as their names are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// `agent.…`
    pub agent: AgentRules,
    /// `fs.…`
    pub fs: FsRules,
    /// `temp.…`
    pub temp: TempRules,
    /// `identity.…`
    pub identity: IdentityRules,
    /// `boot.…`
    pub boot: BootRules,
    /// `gateway.…`
    pub gateway: GatewayRules,
    /// `hosts.…`
    pub hosts: HostsRules,
    /// `install.…`
    pub install: InstallRules,
    /// `power.…`
    pub power: PowerRules,
}

/// `agent.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentRules {
    /// `agent.missing`
    pub missing: MissingSettings,
    /// `agent.stopped`
    pub stopped: EventSettings,
    /// `agent.failed`
    pub failed: EventSettings,
}

/// `fs.…`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FsRules {
    /// `fs.usage`
    pub usage: FilesystemSettings,
}

/// `temp.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempRules {
    /// `temp.nvme`
    pub nvme: TempSettings,
    /// `temp.hdd`
    pub hdd: TempSettings,
    /// `temp.ssd_sata`
    pub ssd_sata: TempSettings,
    /// `temp.cpu`
    pub cpu: TempSettings,
    /// `temp.inlet`
    pub inlet: TempSettings,
    /// `temp.other`: only its times and its clear margin count, for it has no fall-back limits.
    pub other: TempSettings,
}

/// `identity.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityRules {
    /// `identity.claim`
    pub claim: EventSettings,
}

/// `boot.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootRules {
    /// `boot.loop`
    pub r#loop: EventSettings,
}

/// `gateway.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayRules {
    /// `gateway.drift`
    pub drift: EventSettings,
    /// `gateway.half-done`
    #[serde(rename = "half-done")]
    pub half_done: EventSettings,
    /// `gateway.lost`
    pub lost: EventSettings,
}

/// `install.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallRules {
    /// `install.failed`
    pub failed: EventSettings,
    /// `install.overdue`
    pub overdue: EventSettings,
    /// `install.refused`
    pub refused: EventSettings,
    /// `install.leaked`
    pub leaked: EventSettings,
}

/// `power.…`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerRules {
    /// `power.button`
    pub button: EventSettings,
}

/// `hosts.…`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostsRules {
    /// `hosts.unapproved`
    pub unapproved: UnapprovedSettings,
}

/// An agent that is not heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingSettings {
    /// The rule is on.
    pub enabled: bool,
    /// Silence that is a warning.
    pub warn_after: Span,
    /// Silence that is critical.
    pub crit_after: Span,
    /// Words in a row after which the agent is back.
    pub clear_beats: u32,
}

/// One kind of event opens an incident, another closes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSettings {
    /// The rule is on.
    pub enabled: bool,
    /// How long after the opening event, unless the closing one comes first.
    pub after: Span,
    /// How bad it is.
    pub severity: Severity,
}

/// A filesystem that fills up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesystemSettings {
    /// The rule is on.
    pub enabled: bool,
    /// Used: a warning.
    pub warn_percent: f64,
    /// Used: critical.
    pub crit_percent: f64,
    /// Critical from `warn_percent` on, too, when less than this is free. Does not count on filesystems of less than twice
    /// as much.
    pub crit_free_gib: f64,
    /// The warning is over below this.
    pub warn_clear_percent: f64,
    /// The critical state is over below this.
    pub crit_clear_percent: f64,
    /// How long a warning has to hold.
    pub warn_for: Span,
    /// How long the critical state has to hold.
    pub crit_for: Span,
    /// How long it has to be clear.
    pub clear_for: Span,
    /// Smaller filesystems are left alone.
    pub min_size_mib: u64,
}

/// A temperature. Limits are the sensor's own where it names one, else these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TempSettings {
    /// The rule is on.
    pub enabled: bool,
    /// A warning, where the sensor names no limit.
    pub warn_celsius: f64,
    /// Critical, where the sensor names no limit.
    pub crit_celsius: f64,
    /// A warning this far below the sensor's own limit.
    pub warn_margin_celsius: f64,
    /// Critical this far below the sensor's own limit.
    pub crit_margin_celsius: f64,
    /// The warning is over this far below where it fires.
    pub warn_clear_margin_celsius: f64,
    /// The critical state is over this far below where it fires.
    pub crit_clear_margin_celsius: f64,
    /// How long a warning has to hold.
    pub warn_for: Span,
    /// How long the critical state has to hold.
    pub crit_for: Span,
    /// How long it has to be clear.
    pub clear_for: Span,
}

/// Hosts that wait for approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnapprovedSettings {
    /// The rule is on.
    pub enabled: bool,
    /// How long the first host waits before it is told: a room of machines that is switched on makes one message.
    pub after: Span,
    /// The message is sent again at most this often when more hosts have come.
    pub again_after: Span,
    /// How bad it is.
    pub severity: Severity,
}

impl RuleSettings {
    pub(crate) fn is_enabled(&self, rule: RuleId) -> bool {
        match rule {
            RuleId::AgentMissing => self.agent.missing.enabled,
            RuleId::AgentStopped => self.agent.stopped.enabled,
            RuleId::AgentFailed => self.agent.failed.enabled,
            RuleId::IdentityClaim => self.identity.claim.enabled,
            RuleId::BootLoop => self.boot.r#loop.enabled,
            RuleId::GatewayDrift => self.gateway.drift.enabled,
            RuleId::GatewayHalfDone => self.gateway.half_done.enabled,
            RuleId::GatewayLost => self.gateway.lost.enabled,
            RuleId::InstallFailed => self.install.failed.enabled,
            RuleId::InstallOverdue => self.install.overdue.enabled,
            RuleId::InstallRefused => self.install.refused.enabled,
            RuleId::InstallLeaked => self.install.leaked.enabled,
            RuleId::PowerButton => self.power.button.enabled,
            RuleId::HostsUnapproved => self.hosts.unapproved.enabled,
            RuleId::FsUsage => self.fs.usage.enabled,
            RuleId::TempNvme => self.temp.nvme.enabled,
            RuleId::TempHdd => self.temp.hdd.enabled,
            RuleId::TempSsdSata => self.temp.ssd_sata.enabled,
            RuleId::TempCpu => self.temp.cpu.enabled,
            RuleId::TempInlet => self.temp.inlet.enabled,
            RuleId::TempOther => self.temp.other.enabled,
        }
    }
}
