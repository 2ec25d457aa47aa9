//! The settings file: what the installation sets in it, and what somebody wrote there by hand, which stays.

use std::fmt;

use super::Wishes;

/// What says whom the agent speaks to, and as whom: one that is not set any more is taken out.
const OWN: [&str; 4] = ["MUSTER_SERVER", "MUSTER_PIN", "MUSTER_TICKET", "MUSTER_ALLOW"];
const TICKET: &str = "MUSTER_TICKET";

/// The lines that an installation sets, as systemd reads an `EnvironmentFile`. They hold a secret, which `Debug` hides.
#[derive(Clone, PartialEq, Eq)]
pub struct SettingsFile {
    lines: Vec<(&'static str, String)>,
    ticket_prefix: String,
}

impl SettingsFile {
    /// What was wished for.
    pub(super) fn new(wishes: &Wishes) -> Self {
        let ticket = wishes.ticket.as_ref();
        let lines = [
            ("MUSTER_SERVER", Some(wishes.server.url().to_string())),
            ("MUSTER_PIN", wishes.server.pin().map(|pin| pin.to_string())),
            (TICKET, ticket.map(|ticket| quoted(&ticket.reveal()))),
            ("MUSTER_ALLOW", Some(wishes.allow.to_string())),
            ("MUSTER_INTERVAL", wishes.interval_secs.map(|secs| secs.to_string())),
            ("MUSTER_SCRAPE", wishes.scrape.clone()),
        ];
        Self {
            lines: lines.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
            ticket_prefix: ticket.map(|ticket| ticket.prefix().to_owned()).unwrap_or_default(),
        }
    }

    /// The file's content, where there was none.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|(key, value)| format!("{key}={value}\n")).collect()
    }

    /// Its content, where there was one: what is not set here stays as it was.
    #[must_use]
    pub fn over(&self, before: &[u8]) -> Vec<u8> {
        let is_replaced = |line: &&[u8]| {
            let key = line.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii();
            let set = self.lines.iter().map(|(key, _)| *key);
            OWN.into_iter().chain(set).any(|own| own.as_bytes() == key)
        };
        let mut content = self.text().into_bytes();
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        for line in before.split(|byte| *byte == b'\n').filter(|_| !before.is_empty()) {
            if !is_replaced(&line) {
                content.extend_from_slice(line);
                content.push(b'\n');
            }
        }
        content
    }
}

/// As it may be shown: of the ticket the first six characters.
impl fmt::Display for SettingsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in &self.lines {
            match *key {
                TICKET => writeln!(f, "{key}={}…", self.ticket_prefix)?,
                key => writeln!(f, "{key}={value}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SettingsFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SettingsFile({:?})", self.to_string())
    }
}

/// A value as an `EnvironmentFile` takes it, whatever visible characters it has.
fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`").replace('$', "\\$");
    format!("\"{escaped}\"")
}
