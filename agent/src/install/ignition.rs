//! The same as an Ignition document, for nodes that are not installed by hand: OKD's and CoreOS's. Of version 3.2.0, which all take
//! that are in use, and which has all that is said here.
//!
//! Ignition fetches the program over plain HTTP, for it knows no pinned certificates; its SHA-256 stands in the document.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{NotInstalled, Plan, SETTINGS_FILE, UNIT};
use crate::settings::Server;

/// Where it answers plain HTTP, unless it was changed.
const HTTP_PORT: u16 = 8080;

/// The document: `program` is the agent that the server hands out, byte by byte.
///
/// # Errors
/// [`NotInstalled::NoBinaryUrl`].
pub fn ignition(
    plan: &Plan,
    server: &Server,
    binary_url: Option<&str>,
    program: &[u8],
) -> Result<Value, NotInstalled> {
    let source = match binary_url {
        Some(url) => url.to_owned(),
        None => binary_of(server).ok_or(NotInstalled::NoBinaryUrl)?,
    };
    let sum = hex::encode(Sha256::digest(program));
    Ok(json!({
        "ignition": { "version": "3.2.0" },
        "storage": { "files": [
            {
                "path": plan.program,
                "mode": 0o755,
                "contents": { "source": source, "verification": { "hash": format!("sha256-{sum}") } },
            },
            {
                "path": SETTINGS_FILE,
                "mode": 0o600,
                "contents": { "source": data_url(&plan.settings.text()) },
            },
        ]},
        "systemd": { "units": [{ "name": UNIT, "enabled": true, "contents": plan.unit }] },
    }))
}

fn binary_of(server: &Server) -> Option<String> {
    let mut url = server.url().clone();
    if url.scheme() == "https" {
        url.set_scheme("http").ok()?;
        url.set_port(Some(HTTP_PORT)).ok()?;
    }
    // The program is this one: for this processor.
    url.join(&format!("boot/agent/{}/muster-agent", std::env::consts::ARCH)).ok().map(String::from)
}

/// RFC 2397, with everything escaped that might mean something.
fn data_url(text: &str) -> String {
    let mut url = "data:,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}
