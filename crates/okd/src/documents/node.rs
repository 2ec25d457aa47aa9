//! The document of the system that is installed: the role's config, and what makes it a host of ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boot::ignition::document::{
    EVERYBODY, PROGRAM, ROOT_ONLY, SPEC, document, fetched, operator, unit, written,
};
use boot::links::Links;
use boot::tickets::Token;
use boot::{Agent, SshPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{home, script};
use crate::arming::Arming;
use crate::error::OkdError;
use crate::network::{Keyfile, keyfiles};

const FIRST_BOOT: &str = script!("say.sh", "okd/send.sh", "okd/first-boot.sh");

/// What goes into the node's document.
#[derive(Clone, Copy)]
pub struct NodeBriefing<'a> {
    /// What is installed, where.
    pub arming: &'a Arming,
    /// The role's config, as the operator's installer wrote it.
    pub config: &'a [u8],
    /// Where the server is.
    pub links: &'a Links,
    /// The agent.
    pub agent: Agent,
    /// A ticket for the agent, to be the same host.
    pub enrol: &'a Token,
    /// By what the machine says that it booted.
    pub progress: &'a Token,
    /// The key by which an operator may log in, until the cluster says whose keys count.
    pub ssh_key: &'a SshPublicKey,
    /// Seconds between two samples.
    pub interval_secs: u32,
}

/// The document of someone else's inside of ours. Ignition reads each by the edition that it names.
#[derive(Serialize)]
struct Wrapper<'a> {
    ignition: Head<'a>,
    #[serde(flatten)]
    ours: Value,
}

#[derive(Serialize)]
struct Head<'a> {
    version: &'static str,
    config: Merged<'a>,
}

#[derive(Serialize)]
struct Merged<'a> {
    merge: [Source<'a>; 1],
}

#[derive(Serialize)]
struct Source<'a> {
    source: &'a str,
}

/// The document. It holds the keys of a cluster: it is for its one receiver, once.
///
/// # Errors
/// [`OkdError::Folder`] where the config is none that could be wrapped.
pub fn node(briefing: &NodeBriefing<'_>) -> Result<Zeroizing<String>, OkdError> {
    let NodeBriefing { arming, config, links, agent, enrol, progress, ssh_key, interval_secs } = briefing;
    let refused = |why: String| OkdError::Folder { file: arming.role.file().to_owned(), why };
    must_be_config(config).map_err(refused)?;
    let mac = arming.machine.macs.first().copied();
    let mac = mac.ok_or_else(|| refused(format!("{} was armed without a card", arming.hostname)))?;
    let settings = format!(
        "MUSTER_SERVER='{}'\nMUSTER_PIN='{}'\nMUSTER_TICKET='{}'\nMUSTER_INTERVAL='{interval_secs}'\n",
        links.server,
        links.pin(),
        enrol.reveal(),
    );
    let mut files = vec![
        written("/etc/hostname", EVERYBODY, &format!("{}\n", arming.fqdn())),
        fetched("/usr/local/bin/muster-agent", PROGRAM, &links.named_agent(*agent, mac), agent.sha256),
        written("/etc/muster-agent/agent.env", ROOT_ONLY, &settings),
        written("/usr/local/bin/muster-first-boot", PROGRAM, FIRST_BOOT),
        home(links, progress),
    ];
    let keyfiles = arming.network.as_ref().map(keyfiles).unwrap_or_default();
    files.extend(keyfiles.iter().map(|Keyfile { name, content }| {
        written(&format!("/etc/NetworkManager/system-connections/{name}"), ROOT_ONLY, content)
    }));
    let units = [
        unit("muster-agent.service", include_str!("../../../../kickstart/okd/muster-agent.service")),
        unit(
            "muster-first-boot.service",
            include_str!("../../../../kickstart/okd/muster-first-boot.service"),
        ),
    ];
    let mut ours = document(&[operator(ssh_key)], &files, &units);
    if let Some(ours) = ours.as_object_mut() {
        ours.remove("ignition");
    }
    let merged = wrapped(config);
    let wrapper = Wrapper {
        ignition: Head { version: SPEC, config: Merged { merge: [Source { source: &merged }] } },
        ours,
    };
    written_out(&wrapper, merged.len()).map_err(refused)
}

/// An installer takes anything for a config, and erases the disk: what is none is not given out.
fn must_be_config(config: &[u8]) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Config {
        ignition: Ignition,
    }
    #[derive(Deserialize)]
    struct Ignition {
        version: String,
    }
    let Config { ignition } = serde_json::from_slice(config).map_err(|error| error.to_string())?;
    let is_known = ignition.version.starts_with("3.");
    is_known.then_some(()).ok_or_else(|| "it is no Ignition config of an edition 3".to_owned())
}

/// As a `data:` URL, in memory that is wiped afterwards and never moves.
fn wrapped(config: &[u8]) -> Zeroizing<String> {
    const SCHEME: &str = "data:;base64,";
    let mut url = Zeroizing::new(String::with_capacity(SCHEME.len() + config.len().div_ceil(3) * 4));
    url.push_str(SCHEME);
    STANDARD.encode_string(config, &mut url);
    url
}

/// The same for the whole: what is beside the config is small.
fn written_out(wrapper: &Wrapper<'_>, merged_bytes: usize) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(Vec::with_capacity(merged_bytes + 64 * 1024));
    serde_json::to_writer_pretty(&mut *text, wrapper).map_err(|error| error.to_string())?;
    text.push(b'\n');
    let text = String::from_utf8(std::mem::take(&mut *text)).map_err(|error| error.to_string())?;
    Ok(Zeroizing::new(text))
}
