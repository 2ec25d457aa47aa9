//! What the agent is told: each setting is looked up as a flag, then in the environment, then on the kernel's command line.
//!
//! The setting `scrape-port` is `--scrape-port`, `MUSTER_SCRAPE_PORT`, `muster.scrape-port=`. A machine that was booted
//! over the network has nothing but the last; an installed service has the second. An empty value is none.

mod allow;
mod kernel;
mod scrape;
mod server;
mod ticket;

use std::path::PathBuf;
use std::str::FromStr;

pub use allow::Allowed;
pub use kernel::KernelArguments;
pub use scrape::{Scrape, ScrapeKey};
pub use server::Server;
pub use ticket::Ticket;

/// Where a restart finds who it was.
const DEFAULT_STATE: &str = "/var/lib/muster-agent/state.json";
/// Where the site looks for agents.
const DEFAULT_SCRAPE_PORT: u16 = 25_000;

/// Why the agent does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Nobody said where the server is, and nobody is to come and ask.
    #[error(
        "no server is given: say --server URL, set MUSTER_SERVER, or boot with muster.server=URL \
         (or let the site come and ask, with --scrape)"
    )]
    NoServer,
    /// A value that can't be used.
    #[error("{place}: {reason}")]
    Invalid {
        /// Where it was given.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// HTTPS without a pin would trust anybody.
    #[error("{0} is HTTPS and needs the server's fingerprint: --pin, MUSTER_PIN or muster.pin=")]
    NoPin(String),
    /// A pin for a connection that has no certificate.
    #[error("{0} is plain HTTP, where there is no certificate to pin: say https://, or leave the pin out")]
    PinWithoutTls(String),
    /// The agent's key would travel in the clear.
    #[error(
        "{0} is plain HTTP to another machine: the agent's key would travel in the clear; say https:// and give a pin"
    )]
    PlainHttp(String),
}

/// Where settings are looked up. Tests bring their own environment.
pub struct Sources<'a> {
    /// What the command line says, by the setting's name.
    pub flags: &'a dyn Fn(&str) -> Option<String>,
    /// What the environment says, by the variable's name.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// What the boot loader said.
    pub kernel: &'a KernelArguments,
}

/// All settings of `run`, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whom to report to; `None` only where the site comes and asks.
    pub server: Option<Server>,
    /// The ticket from the boot script.
    pub ticket: Option<Ticket>,
    /// Seconds between two samples, when they are not left to the server.
    pub interval_secs: Option<u32>,
    /// Where a restart finds who it was.
    pub state: PathBuf,
    /// Where messages wait while the server is away.
    pub spool: Spool,
    /// What `muster-agent status` reads.
    pub status: Option<PathBuf>,
    /// A terminal that shows what goes wrong.
    pub console: Option<PathBuf>,
    /// What the server may ask for.
    pub allow: Allowed,
    /// Who may come and ask.
    pub scrape: Scrape,
    /// On which port.
    pub scrape_port: u16,
}

impl Settings {
    /// Looks everything up, and checks it.
    ///
    /// # Errors
    /// [`InvalidSettings`], which names the place.
    pub fn assemble(sources: &Sources<'_>) -> Result<Self, InvalidSettings> {
        let pin = sources.parsed("pin")?;
        let server = match sources.find("server") {
            Some((url, place)) => Some(Server::new(&url, &place, pin)?),
            None => None,
        };
        let scrape = Scrape::new(sources.find("scrape"), sources.find("scrape-key-file"))?;
        if server.is_none() && scrape == Scrape::Off {
            return Err(InvalidSettings::NoServer);
        }
        Ok(Self {
            server,
            ticket: sources.parsed("ticket")?,
            interval_secs: sources.parsed::<Interval>("interval")?.map(|Interval(secs)| secs),
            state: sources.parsed("state")?.unwrap_or_else(|| DEFAULT_STATE.into()),
            spool: sources.parsed("spool")?.unwrap_or(Spool::Memory),
            status: sources.parsed("status")?,
            console: sources.parsed("console")?,
            allow: sources.parsed("allow")?.unwrap_or_default(),
            scrape,
            scrape_port: sources.parsed("scrape-port")?.unwrap_or(DEFAULT_SCRAPE_PORT),
        })
    }
}

/// Where messages wait while the server is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spool {
    /// In memory: a discovery system has nothing else.
    Memory,
    /// In this folder.
    Folder(PathBuf),
}

impl FromStr for Spool {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text {
            "memory" => Ok(Self::Memory),
            path if path.starts_with('/') => Ok(Self::Folder(path.into())),
            _ => Err("expected memory, or the absolute path of a folder"),
        }
    }
}

impl Sources<'_> {
    /// A setting's value, and where it was given.
    fn find(&self, name: &str) -> Option<(String, String)> {
        let variable = format!("MUSTER_{}", name.replace('-', "_").to_uppercase());
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        if let Some(value) = given((self.flags)(name)) {
            Some((value, format!("--{name}")))
        } else if let Some(value) = given((self.environment)(&variable)) {
            Some((value, variable))
        } else {
            let value = given(self.kernel.get(name).map(str::to_owned))?;
            Some((value, format!("muster.{name} on the kernel command line")))
        }
    }

    fn parsed<T: FromStr<Err: std::fmt::Display>>(&self, name: &str) -> Result<Option<T>, InvalidSettings> {
        let Some((value, place)) = self.find(name) else { return Ok(None) };
        let parsed = value.parse::<T>();
        parsed.map(Some).map_err(|error| InvalidSettings::Invalid { place, reason: error.to_string() })
    }
}

/// Seconds between two samples.
#[derive(Debug, Clone, Copy)]
pub struct Interval(pub u32);

/// The shortest and longest that make sense; whoever asks for others gets the nearest.
pub const INTERVAL_SECS: std::ops::RangeInclusive<u32> = 1..=3600;

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let secs = text.parse().ok().filter(|secs| INTERVAL_SECS.contains(secs));
        secs.map(Self).ok_or_else(|| {
            let (shortest, longest) = (INTERVAL_SECS.start(), INTERVAL_SECS.end());
            format!("{text:?} is no interval: expected {shortest} to {longest} seconds")
        })
    }
}

#[cfg(test)]
mod tests;
