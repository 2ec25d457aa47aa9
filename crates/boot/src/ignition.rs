//! The Ignition document by which a live CoreOS, Fedora's or CentOS Stream's, becomes a discovery system.
//!
//! Ignition runs in the initramfs, before the live system starts. It fetches the agent itself, and goes no further with one
//! that does not have the SHA-256 that stands in the document. What it writes goes into memory: nothing in the document
//! names a disk, and two of its files keep the live system from assembling the arrays and volumes that it finds. The
//! contents of files and units lie in `kickstart/coreos/`.
//!
//! The same three assets, with another document, are what installs a node: [`document`] knows no purpose.

mod document;

use askama::Template;
use serde_json::json;

use crate::briefing::{Agent, Briefing};
use crate::url::BaseUrl;
use document::{EVERYBODY, PROGRAM, ROOT_ONLY, document, fetched, unit, written};

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
    let files = [
        fetched(AGENT, PROGRAM, &links.agent(agent.arch, briefing.mac), agent.sha256),
        written(CONSOLE, PROGRAM, &console),
        // What the agent is told: in a file that root alone can read, never in an argument that every process sees.
        written("/etc/muster-agent/agent.env", ROOT_ONLY, &settings),
        // Above the login prompt of every screen.
        written(
            "/etc/issue.d/40_muster.issue",
            EVERYBODY,
            &format!("Muster: discovery; the server is {}\n", links.server),
        ),
        // The kernel's last console, which is the serial line where there is one.
        written(
            "/etc/systemd/journald.conf.d/40-muster.conf",
            EVERYBODY,
            "[Journal]\nForwardToConsole=yes\nMaxLevelConsole=notice\n",
        ),
        // Discovery reads: an array that is assembled is written to, and one with a missing disk begins to rebuild.
        written("/etc/mdadm.conf", EVERYBODY, "AUTO -all\n"),
        written("/etc/lvm/lvmlocal.conf", EVERYBODY, "activation { auto_activation_volume_list = [] }\n"),
    ];
    let units = [
        unit("muster-agent.service", include_str!("../../../kickstart/coreos/muster-agent.service")),
        unit("muster-console.service", include_str!("../../../kickstart/coreos/muster-console.service")),
    ];
    // No password: an account without one can't log in at a prompt.
    let operator = json!({ "name": "core", "sshAuthorizedKeys": [briefing.ssh_key.as_str()] });
    Ok(format!("{:#}\n", document(&[operator], &files, &units)))
}
