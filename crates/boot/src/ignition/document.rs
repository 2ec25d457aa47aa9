//! The parts of an Ignition document, and the whole. It knows no purpose: who discovers and who installs makes his own of it.

use serde_json::{Value, json};

use crate::asset::AssetId;
use crate::ssh_key::SshPublicKey;

/// The oldest edition that has all that is needed (SHA-256, of 3.1). Every later Ignition reads it: 2.7, of 2020, and up.
pub const SPEC: &str = "3.2.0";

/// The mode of a file with a secret.
pub const ROOT_ONLY: u32 = 0o600;
/// The mode of a file that anybody may read.
pub const EVERYBODY: u32 = 0o644;
/// The mode of a program.
pub const PROGRAM: u32 = 0o755;

/// The document of these users, files and units.
#[must_use]
pub fn document(users: &[Value], files: &[Value], units: &[Value]) -> Value {
    json!({
        "ignition": { "version": SPEC },
        "passwd": { "users": users },
        "storage": { "files": files },
        "systemd": { "units": units },
    })
}

/// The operator, who may log in by this key. No password: an account without one can't log in at a prompt.
#[must_use]
pub fn operator(key: &SshPublicKey) -> Value {
    json!({ "name": "core", "sshAuthorizedKeys": [key.as_str()] })
}

/// A file that Ignition fetches, and refuses if it is another.
#[must_use]
pub fn fetched(path: &str, mode: u32, url: &str, sha256: AssetId) -> Value {
    let contents = json!({ "source": url, "verification": { "hash": format!("sha256-{sha256}") } });
    file(path, mode, contents)
}

/// A file with this content.
#[must_use]
pub fn written(path: &str, mode: u32, content: &str) -> Value {
    file(path, mode, json!({ "source": data_url(content) }))
}

/// A unit that is started at boot.
#[must_use]
pub fn unit(name: &str, content: &str) -> Value {
    json!({ "name": name, "enabled": true, "contents": content })
}

/// More for a unit that the system brings.
#[must_use]
pub fn drop_in(unit: &str, name: &str, content: &str) -> Value {
    json!({ "name": unit, "dropins": [{ "name": name, "contents": content }] })
}

/// What keeps a live system from assembling the arrays and volumes that it finds: an array that is assembled is written to,
/// and one with a missing disk begins to rebuild.
#[must_use]
pub fn assembles_nothing() -> [Value; 2] {
    [
        written("/etc/mdadm.conf", EVERYBODY, "AUTO -all\n"),
        written("/etc/lvm/lvmlocal.conf", EVERYBODY, "activation { auto_activation_volume_list = [] }\n"),
    ]
}

/// What stands above the login prompt of every screen.
#[must_use]
pub fn above_the_prompt(words: &str) -> Value {
    written("/etc/issue.d/40_muster.issue", EVERYBODY, &format!("Muster: {words}\n"))
}

/// Whatever a system of that build brings under that name, ours stands.
fn file(path: &str, mode: u32, contents: Value) -> Value {
    json!({ "path": path, "mode": mode, "overwrite": true, "contents": contents })
}

/// RFC 2397, with everything escaped that might mean something.
fn data_url(text: &str) -> String {
    let mut url = "data:,".to_owned();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/:=".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_escaped_byte_by_byte() {
        assert_eq!(data_url("A='b c'\n%+ü"), "data:,A=%27b%20c%27%0A%25%2B%C3%BC");
    }
}
