//! `muster-agent install`: the agent becomes a service of the installed system, or an Ignition document that makes it one.
//!
//! What is to be where is decided first ([`plan`]), and shown with `--print`; then it is put there. The same host record
//! goes on: a state that a discovery run left is taken along.

mod ignition;
mod place;
mod settings_file;
mod unit;

use std::io;
use std::path::{Path, PathBuf};

use crate::settings::{Allowed, InvalidSettings, Server, Ticket};
pub use ignition::ignition;
pub use place::{install, uninstall};
pub use settings_file::SettingsFile;

/// The unit's name.
const UNIT: &str = "muster-agent.service";
const UNIT_FILE: &str = "/etc/systemd/system/muster-agent.service";
const WANTS: &str = "/etc/systemd/system/multi-user.target.wants/muster-agent.service";
const SETTINGS_FILE: &str = "/etc/muster-agent/agent.env";
const STATE_FOLDER: &str = "/var/lib/muster-agent";
const STATE_FILE: &str = "/var/lib/muster-agent/state.json";
/// Where the program goes; the second is for systems whose `/usr` can't be written.
const PROGRAMS: [&str; 2] = ["/usr/local/bin/muster-agent", "/opt/muster-agent/bin/muster-agent"];
/// Folders that nobody else has, the inner ones first.
const FOLDERS: [&str; 3] = ["/etc/muster-agent", "/opt/muster-agent/bin", "/opt/muster-agent"];

/// Why the agent is not installed.
#[derive(Debug, thiserror::Error)]
pub enum NotInstalled {
    /// A setting can't be used.
    #[error(transparent)]
    Settings(#[from] InvalidSettings),
    /// The ticket can't be read or is none.
    #[error("{path}: {reason}")]
    Ticket {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file could not be put in its place.
    #[error("{what} {path}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The server's address gives none for the program.
    #[error("say with --binary-url where the installed machine fetches the agent from")]
    NoBinaryUrl,
}

/// What the installed agent is told.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Whom to report to.
    pub server: Server,
    /// The ticket with which it enrols, where it is not enrolled.
    pub ticket: Option<Ticket>,
    /// What the server may ask for.
    pub allow: Allowed,
    /// Seconds between two samples, when they are not left to the server.
    pub interval_secs: Option<u32>,
    /// Who may come and ask, as `--scrape` of `run` says it.
    pub scrape: Option<String>,
}

impl Wishes {
    /// Checks what was said, as `run` does.
    ///
    /// # Errors
    /// [`NotInstalled`].
    pub fn new(
        server: &str,
        pin: Option<&str>,
        ticket_file: Option<&Path>,
        allow: Option<&str>,
    ) -> Result<Self, NotInstalled> {
        let invalid =
            |place: &str, reason: String| InvalidSettings::Invalid { place: place.to_owned(), reason };
        let pin = pin.map(str::parse::<pin::Fingerprint>).transpose();
        let pin = pin.map_err(|error| invalid("--pin", error.to_string()))?;
        let allow = allow.map(str::parse).transpose().map_err(|reason| invalid("--allow", reason))?;
        Ok(Self {
            server: Server::new(server, "--server", pin)?,
            ticket: ticket_file.map(read_ticket).transpose()?,
            allow: allow.unwrap_or_default(),
            interval_secs: None,
            scrape: None,
        })
    }
}

fn read_ticket(path: &Path) -> Result<Ticket, NotInstalled> {
    let refused = |reason: String| NotInstalled::Ticket { path: path.to_owned(), reason };
    let text = crate::keep::read(path, 2048).map_err(|error| refused(error.to_string()))?;
    let text = String::from_utf8_lossy(&text);
    let ticket: Ticket = text.trim().parse().map_err(|reason: &str| refused(reason.to_owned()))?;
    if ticket.reveal().is_empty() { Err(refused("it is empty".to_owned())) } else { Ok(ticket) }
}

/// What goes where. The settings hold a secret; the unit holds none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Where the program goes.
    pub program: &'static str,
    /// The unit.
    pub unit: String,
    /// The settings.
    pub settings: SettingsFile,
}

/// Decides what goes where.
#[must_use]
pub fn plan(wishes: &Wishes, program: &'static str) -> Plan {
    Plan { program, unit: unit::unit(program, &wishes.allow), settings: SettingsFile::new(wishes) }
}

impl Plan {
    /// The unit and the settings, for people: each with its place, and no secret in full.
    #[must_use]
    pub fn shown(&self) -> String {
        let Self { unit, settings, .. } = self;
        format!("# {UNIT_FILE}\n{unit}\n# {SETTINGS_FILE} (other lines that it has stay)\n{settings}")
    }
}

/// The program for this machine: the first place below `prefix` that can be written.
#[must_use]
pub fn program_below(prefix: &Path) -> &'static str {
    let [usual, other] = PROGRAMS;
    let folder = place::below(prefix, "/usr/local");
    let is_read_only = rustix::fs::statvfs(&folder)
        .is_ok_and(|it| it.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY));
    if is_read_only { other } else { usual }
}

/// The program of an installed system that is made elsewhere.
#[must_use]
pub const fn usual_program() -> &'static str {
    let [usual, _] = PROGRAMS;
    usual
}

#[cfg(test)]
mod tests;
