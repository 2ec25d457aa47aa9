//! The settings file, as it is written.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;

use super::{GatewaySettings, SettingsError};

/// Every key that the file may have. A key that is not here is a mistake, and said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsFile {
    /// See `--listen`.
    pub listen: Vec<SocketAddr>,
    /// See `--listen-tls`.
    pub listen_tls: Vec<SocketAddr>,
    /// See `--advertise`.
    pub advertise: Option<String>,
    /// See `--tftp-listen`.
    pub tftp_listen: Option<String>,
    /// See `--tftp-dir`.
    pub tftp_dir: Option<PathBuf>,
    /// See `--ssh-key`.
    pub ssh_key: Option<PathBuf>,
    /// See `--agent`.
    pub agent: Vec<PathBuf>,
    /// See `--dhcp-log`.
    pub dhcp_log: Option<String>,
    /// See `--dhcp-log-from`.
    pub dhcp_log_from: Vec<IpNet>,
    /// The networks in which this server may look for agents by itself; none, unless they are declared.
    pub networks: Vec<IpNet>,
    /// What agents are told.
    pub agents: AgentSettings,
    /// Which assets are taken, and from where.
    pub assets: AssetSettings,
    /// How gateways are looked after.
    pub gateways: GatewaySettings,
    /// When a phone rings.
    pub alerts: alerts::Settings,
}

/// What agents are told, and how many strangers are taken in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSettings {
    /// Seconds between two samples.
    pub interval_secs: u32,
    /// Hosts that may wait for approval; more are turned away.
    pub max_unapproved: u32,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self { interval_secs: 30, max_unapproved: 1000 }
    }
}

impl AgentSettings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if (1..=3600).contains(&self.interval_secs) {
            return Ok(());
        }
        let reason = format!("{} is not between 1 and 3600 seconds", self.interval_secs);
        Err(SettingsError::Value { key: "agents.interval_secs", reason })
    }
}

/// Which assets are taken, and from where.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AssetSettings {
    /// No larger asset is taken.
    pub max_bytes: u64,
    /// A sender that says nothing for so long is given up.
    pub idle_secs: u64,
    /// Assets may be fetched from this machine and from link-local addresses.
    pub allow_local: bool,
}

impl Default for AssetSettings {
    fn default() -> Self {
        Self { max_bytes: 16 << 30, idle_secs: 60, allow_local: false }
    }
}

impl AssetSettings {
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let wrong = |key, reason: String| Err(SettingsError::Value { key, reason });
        if !(1..=3600).contains(&self.idle_secs) {
            return wrong(
                "assets.idle_secs",
                format!("{} is not between 1 and 3600 seconds", self.idle_secs),
            );
        }
        // The database counts in 63 bits.
        if self.max_bytes == 0 || i64::try_from(self.max_bytes).is_err() {
            return wrong("assets.max_bytes", format!("{} bytes are no limit for an asset", self.max_bytes));
        }
        Ok(())
    }
}

impl SettingsFile {
    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::Read { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|error| SettingsError::Parse { path: path.to_owned(), reason: error.to_string() })
    }
}
