//! When a phone rings: every number of every rule, with its default and its bounds.
//!
//! In the settings file a rule's numbers stand below its own name: `[alerts.rules.agent.missing]`, `[alerts.rules.temp.nvme]`.

mod numbers;
mod over_defaults;
mod rules;
mod span;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::rules::{
    AgentRules, BootRules, EventSettings, FilesystemSettings, FsRules, HostsRules, IdentityRules,
    InstallRules, MissingSettings, PowerRules, RuleSettings, TempRules, TempSettings, UnapprovedSettings,
};
pub use self::span::{InvalidSpan, Span};

/// The `[alerts]` section of the settings file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// After its own start the server was deaf: for so long no agent is missing. (At least two intervals.)
    pub warm_up: Span,
    /// How long an attempt to deliver a message may take.
    pub send_timeout: Span,
    /// The rules.
    #[serde(deserialize_with = "over_defaults::deserialize")]
    pub rules: RuleSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self { warm_up: Span::secs(180), send_timeout: Span::secs(10), rules: RuleSettings::default() }
    }
}

/// A value that can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("alerts.{key}: {reason}")]
pub struct InvalidSettings {
    /// Which key, below `alerts.`.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Settings {
    /// Looks at every value. `interval` is the time between two samples.
    ///
    /// # Errors
    /// [`InvalidSettings`], which names the first key that can't be.
    pub fn check(&self, interval: Duration) -> Result<(), InvalidSettings> {
        numbers::span("warm_up", self.warm_up, Duration::ZERO)?;
        numbers::span("send_timeout", self.send_timeout, Duration::from_millis(100))?;
        if self.send_timeout.get() > Duration::from_secs(120) {
            return Err(numbers::wrong(
                "send_timeout",
                "longer than two minutes: one message would hold up all others",
            ));
        }
        self.rules.check(interval)
    }
}

#[cfg(test)]
mod tests;
