//! The kickstart by which CentOS Stream's installer becomes a discovery system: it starts the agent and installs nothing.
//!
//! Two things keep disks safe. No storage command stands in it, and the tests look for each of them; and `rescue --nomount`
//! leaves the installer in a shell that touches no disk. The template is `kickstart/discovery.ks`.
//!
//! The installer's own SSH daemon (`inst.sshd`) lets root in without a password unless a kickstart arrived in time. It is
//! never asked for; the kickstart sets root's key and no password first, and starts a daemon that takes keys only.

use std::fmt;
use std::str::FromStr;

use askama::Template;
use inventory::MacAddr;

use crate::links::Links;
use crate::site::Stream;
use crate::ssh_key::SshPublicKey;
use crate::tickets::Token;

/// What goes into a discovery kickstart.
#[derive(Debug, Clone, Copy)]
pub struct Discovery<'a> {
    /// For which release.
    pub stream: Stream,
    /// For which machine.
    pub mac: MacAddr,
    /// Where the server is.
    pub links: &'a Links,
    /// The key by which an operator may log in.
    pub ssh_key: &'a SshPublicKey,
    /// A ticket to enrol with, for the address that fetches this.
    pub ticket: &'a Token,
    /// What the agent must be, byte for byte.
    pub agent_sha256: &'a Sha256,
    /// Seconds between two samples.
    pub interval_secs: u32,
}

/// A SHA-256, written as 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

/// A string that is no [`Sha256`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no SHA-256: expected 64 hex digits")]
pub struct InvalidSha256;

impl FromStr for Sha256 {
    type Err = InvalidSha256;

    fn from_str(text: &str) -> Result<Self, InvalidSha256> {
        let bytes = hex::decode(text).map_err(|_| InvalidSha256)?;
        bytes.try_into().map(Self).map_err(|_| InvalidSha256)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex::encode(self.0))
    }
}

#[derive(Template)]
#[template(path = "discovery.ks")]
struct Document<'a> {
    ks: Discovery<'a>,
}

/// The document. It carries a ticket: it is for its one receiver.
///
/// # Errors
/// The template's: nothing is given out then.
pub fn discovery(discovery: Discovery<'_>) -> Result<String, askama::Error> {
    Ok(Document { ks: discovery }.render()? + "\n")
}
