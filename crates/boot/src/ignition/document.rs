//! The parts of an Ignition document, and the whole.

use serde_json::{Value, json};

use crate::asset::AssetId;

/// The oldest edition that has all that is needed (SHA-256, of 3.1). Every later Ignition reads it: 2.7, of 2020, and up.
const SPEC: &str = "3.2.0";

/// Modes of files.
pub(super) const ROOT_ONLY: u32 = 0o600;
pub(super) const EVERYBODY: u32 = 0o644;
pub(super) const PROGRAM: u32 = 0o755;

/// The document of these users, files and units.
pub(super) fn document(users: &[Value], files: &[Value], units: &[Value]) -> Value {
    json!({
        "ignition": { "version": SPEC },
        "passwd": { "users": users },
        "storage": { "files": files },
        "systemd": { "units": units },
    })
}

/// A file that Ignition fetches, and refuses if it is another.
pub(super) fn fetched(path: &str, mode: u32, url: &str, sha256: AssetId) -> Value {
    let contents = json!({ "source": url, "verification": { "hash": format!("sha256-{sha256}") } });
    file(path, mode, contents)
}

/// A file with this content.
pub(super) fn written(path: &str, mode: u32, content: &str) -> Value {
    file(path, mode, json!({ "source": data_url(content) }))
}

/// A unit that is started at boot.
pub(super) fn unit(name: &str, content: &str) -> Value {
    json!({ "name": name, "enabled": true, "contents": content })
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
