//! The kickstart by which CentOS Stream's installer, 9 or 10, becomes a discovery system: it starts the agent and installs
//! nothing.
//!
//! Two things keep disks safe. No storage command stands in it, and the tests look for each of them; and `rescue --nomount`
//! leaves the installer in a shell that touches no disk. The template is `kickstart/discovery.ks`.
//!
//! The installer's own SSH daemon (`inst.sshd`) lets root in without a password unless a kickstart arrived in time. It is
//! never asked for; the kickstart sets root's key and no password first, and starts a daemon that takes keys only.

use askama::Template;

use crate::briefing::{Agent, Briefing};

#[derive(Template)]
#[template(path = "discovery.ks")]
struct Document<'a> {
    briefing: Briefing<'a>,
    settings: [(&'static str, String); 5],
    agents: &'a [Agent],
}

/// The document. The machine itself finds out which of the agents fits it. It carries a ticket: it is for its one receiver.
///
/// # Errors
/// The template's: nothing is given out then.
pub fn discovery(briefing: Briefing<'_>, agents: &[Agent]) -> Result<String, askama::Error> {
    Ok(Document { briefing, settings: briefing.settings(), agents }.render()? + "\n")
}
