//! How gateways are looked after, and where this machine's own dnsmasq is.

use std::path::PathBuf;

use gateway::DnsmasqHost;
use serde::Deserialize;

use super::SettingsError;

/// `[gateways]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatewaySettings {
    /// Seconds between two looks at each gateway: somebody's change by hand is known so much later.
    pub look_every_secs: u32,
    /// This machine's own dnsmasq, for gateways of the kind `dnsmasq`.
    pub dnsmasq: DnsmasqSettings,
}

/// `[gateways.dnsmasq]`: programs are named here and nowhere else, so that no request can name one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DnsmasqSettings {
    /// The program.
    pub program: PathBuf,
    /// What restarts it as a service.
    pub systemctl: PathBuf,
    /// A program with its arguments that restarts it, for `--reload command`.
    pub restart: Vec<String>,
    /// A program with its arguments that ends well while it runs, for `--reload command`.
    pub running: Vec<String>,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self { look_every_secs: 300, dnsmasq: DnsmasqSettings::default() }
    }
}

impl Default for DnsmasqSettings {
    fn default() -> Self {
        let DnsmasqHost { program, systemctl, restart, running } = DnsmasqHost::default();
        Self { program, systemctl, restart, running }
    }
}

impl From<DnsmasqSettings> for DnsmasqHost {
    fn from(settings: DnsmasqSettings) -> Self {
        let DnsmasqSettings { program, systemctl, restart, running } = settings;
        Self { program, systemctl, restart, running }
    }
}

impl GatewaySettings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if !(1..=86_400).contains(&self.look_every_secs) {
            let reason = format!("{} is not between 1 and 86400 seconds", self.look_every_secs);
            return Err(SettingsError::Value { key: "gateways.look_every_secs", reason });
        }
        let relative = |program: &&PathBuf| !program.is_absolute();
        if let Some(program) = [&self.dnsmasq.program, &self.dnsmasq.systemctl].into_iter().find(relative) {
            let reason = format!("{}: give the whole path of the program", program.display());
            return Err(SettingsError::Value { key: "gateways.dnsmasq", reason });
        }
        Ok(())
    }
}
