//! The Ignition document by which a live CoreOS, Fedora's or CentOS Stream's, becomes a discovery system.
//!
//! Ignition runs in the initramfs, before the live system starts. It fetches the agent itself, and goes no further with one
//! that does not have the SHA-256 that stands in the document. What it writes goes into memory: nothing in the document
//! names a disk, and two of its files keep the live system from assembling the arrays and volumes that it finds. The
//! contents of files and units lie in `kickstart/coreos/`.
//!
//! The same three assets, with another document, are what installs a node: [`mod@document`] knows no purpose.

pub mod document;

use askama::Template;

use crate::briefing::{Agent, Briefing};
use crate::url::BaseUrl;
use document::{
    EVERYBODY, PROGRAM, ROOT_ONLY, above_the_prompt, assembles_nothing, document, fetched, operator, unit,
    written,
};

/// What a program on the path is labelled in the image's policy: systemd may run nothing that lies in `/run`.
const AGENT: &str = "/usr/local/bin/muster-agent";
const CONSOLE: &str = "/usr/local/bin/muster-console";

#[derive(Template)]
#[template(path = "coreos/muster-console.sh")]
struct Console<'a> {
    server: &'a BaseUrl,
}

/// The document. It carries a ticket: it is for its one receiver.
///
/// # Errors
/// A template's: nothing is given out then.
pub fn discovery(briefing: Briefing<'_>, agent: Agent) -> Result<String, askama::Error> {
    let links = briefing.links;
    let console = Console { server: &links.server }.render()? + "\n";
    let settings = briefing.settings().map(|(name, value)| format!("{name}='{value}'\n")).concat();
    let mut files = vec![
        fetched(AGENT, PROGRAM, &links.agent(agent.arch, briefing.mac), agent.sha256),
        written(CONSOLE, PROGRAM, &console),
        // What the agent is told: in a file that root alone can read, never in an argument that every process sees.
        written("/etc/muster-agent/agent.env", ROOT_ONLY, &settings),
        above_the_prompt(&format!("discovery; the server is {}", links.server)),
        // The kernel's last console, which is the serial line where there is one.
        written(
            "/etc/systemd/journald.conf.d/40-muster.conf",
            EVERYBODY,
            "[Journal]\nForwardToConsole=yes\nMaxLevelConsole=notice\n",
        ),
    ];
    files.extend(assembles_nothing());
    let units = [
        unit("muster-agent.service", include_str!("../../../kickstart/coreos/muster-agent.service")),
        unit("muster-console.service", include_str!("../../../kickstart/coreos/muster-console.service")),
    ];
    Ok(format!("{:#}\n", document(&[operator(briefing.ssh_key)], &files, &units)))
}
