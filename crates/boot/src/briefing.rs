//! What a discovery system is told, whichever it is: where the server is, and by what it and its operator are known.

use inventory::MacAddr;

use crate::asset::AssetId;
use crate::links::Links;
use crate::machine::Arch;
use crate::ssh_key::SshPublicKey;
use crate::tickets::Token;

/// What goes into every document that starts an agent.
#[derive(Debug, Clone, Copy)]
pub struct Briefing<'a> {
    /// For which machine.
    pub mac: MacAddr,
    /// Where the server is.
    pub links: &'a Links,
    /// The key by which an operator may log in.
    pub ssh_key: &'a SshPublicKey,
    /// A ticket to enrol with, for the address that fetches the document.
    pub ticket: &'a Token,
    /// Seconds between two samples.
    pub interval_secs: u32,
}

/// An agent that the server hands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    /// For which processor.
    pub arch: Arch,
    /// What it must be, byte for byte.
    pub sha256: AssetId,
}

impl Briefing<'_> {
    /// The agent's settings, by the names of its environment. The ticket is among them.
    pub(crate) fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("MUSTER_SERVER", self.links.server.to_string()),
            ("MUSTER_PIN", self.links.pin()),
            ("MUSTER_TICKET", self.ticket.reveal().to_owned()),
            ("MUSTER_INTERVAL", self.interval_secs.to_string()),
            ("MUSTER_SCRAPE", "open".to_owned()),
        ]
    }
}
