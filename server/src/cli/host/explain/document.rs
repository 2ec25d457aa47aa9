//! An Ignition document for people: what is merged into it, its files, its units.

use serde_json::Value;

use crate::format::line;

/// Characters of one line.
const LINE: usize = 300;
/// A file of more lines is not shown in full: it is a program.
const FEW_LINES: usize = 30;

/// Line by line, each ended.
pub(super) fn listed(document: &Value) -> String {
    let all = |path: &str| document.pointer(path).and_then(Value::as_array).into_iter().flatten();
    let text = |value: &Value, path: &str| {
        value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut lines = Vec::new();
    lines.extend(all("/ignition/config/merge").map(|merged| format!("merged: {}", text(merged, "/source"))));
    for user in all("/passwd/users") {
        for key in user.pointer("/sshAuthorizedKeys").and_then(Value::as_array).into_iter().flatten() {
            lines.push(format!("user {}: {}", text(user, "/name"), key.as_str().unwrap_or_default()));
        }
    }
    for file in all("/storage/files") {
        let mode = file.pointer("/mode").and_then(Value::as_u64).unwrap_or_default();
        let head = format!("{} {mode:04o}", text(file, "/path"));
        let source = text(file, "/contents/source");
        let Some(content) = source.strip_prefix("data:,").map(unescaped) else {
            lines.push(format!("{head}: {source} {}", text(file, "/contents/verification/hash")));
            continue;
        };
        let count = content.lines().count();
        if count > FEW_LINES {
            lines.push(format!("{head}: {count} lines"));
        } else {
            lines.push(head);
            lines.extend(content.lines().map(|line| format!("    {line}")));
        }
    }
    for unit in all("/systemd/units") {
        let name = text(unit, "/name");
        lines.push(if unit.pointer("/enabled").is_some() { name } else { format!("{name}, with a drop-in") });
    }
    lines.iter().map(|text| format!("  {}\n", indented(text))).collect()
}

/// A line keeps what it begins with.
fn indented(text: &str) -> String {
    let rest = text.trim_start_matches(' ');
    " ".repeat(text.len() - rest.len()) + &line(rest, LINE)
}

/// What a `data:` URL holds; what is no text is shown as such.
fn unescaped(escaped: &str) -> String {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'%' => {
                let value = digit(rest.next()).zip(digit(rest.next())).map(|(high, low)| high * 16 + low);
                bytes.extend(value.and_then(|value| u8::try_from(value).ok()));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_listed_by_what_it_brings() {
        let program = format!("data:,{}", "x%0A".repeat(31));
        let document = json!({
            "ignition": { "config": { "merge": [{ "source": "worker.ign of okd1, not shown" }] } },
            "passwd": { "users": [{ "name": "core", "sshAuthorizedKeys": ["ssh-ed25519 A"] }] },
            "storage": { "files": [
                { "path": "/etc/hostname", "mode": 0o644, "contents": { "source": "data:,w1%20%C3%BC%0A" } },
                { "path": "/bin/long", "mode": 0o755, "contents": { "source": program } },
                { "path": "/bin/agent", "mode": 0o755, "contents": { "source": "http://s/a", "verification": { "hash": "sha256-ab" } } },
            ]},
            "systemd": { "units": [{ "name": "a.service", "enabled": true }, { "name": "b.service", "dropins": [] }] },
        });
        assert_eq!(
            listed(&document),
            "  merged: worker.ign of okd1, not shown\n  user core: ssh-ed25519 A\n  /etc/hostname 0644\n      w1 ü\n  \
             /bin/long 0755: 31 lines\n  /bin/agent 0755: http://s/a sha256-ab\n  a.service\n  b.service, with a drop-in\n"
        );
    }

    #[test]
    fn what_is_no_document_lists_nothing_and_no_escape_breaks_it() {
        assert_eq!(listed(&json!([1])), "");
        for odd in ["%", "%4", "%zz", "%FF", "%+1"] {
            unescaped(odd);
        }
    }
}
