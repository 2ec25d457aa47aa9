//! Messages as JSON.
//!
//! Everything is written through one kind of writer, and indented afterwards: each kind of writer and of layout that serde is
//! given makes another copy of the code that writes a whole report, and this binary lives in an initramfs.

use std::io;

use serde::Serialize;

/// Writes a message, on one line.
///
/// # Errors
/// The writer's, or a message that can't be written as JSON.
pub(crate) fn write(out: &mut dyn io::Write, message: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(out, message)
}

/// A message, on one line.
///
/// # Errors
/// A message that can't be written as JSON.
pub(crate) fn bytes(message: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1024);
    write(&mut out, message)?;
    Ok(out)
}

/// A message, indented by two blanks, without the last line's end.
///
/// # Errors
/// A message that can't be written as JSON.
pub(crate) fn pretty(message: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    bytes(message).map(|json| indented(&json))
}

fn indented(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut bytes = json.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            out.push(byte);
            quoted = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'{' | b'[' => {
                out.push(byte);
                // An empty one stays on its line.
                if let Some(end) = bytes.next_if(|next| matches!(next, b'}' | b']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                new_line(&mut out, depth);
            }
            b':' => out.extend(b": "),
            _ => {
                quoted = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

fn new_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn it_is_indented_as_serde_would() {
        let message = json!({
            "a": [1, -2.5, null, [], {}, [[]], [{ "b": true }]],
            "c\"{[,:]}\\": "x\"y\\",
            "": { "d": "{\"e\": [1, 2]}\\" },
            "é\n": "\u{1f600}",
        });
        for message in [message, json!([]), json!("a:b"), json!(7)] {
            let said = String::from_utf8(pretty(&message).unwrap()).unwrap();
            assert_eq!(said, serde_json::to_string_pretty(&message).unwrap());
            assert_eq!(serde_json::from_slice::<Value>(&bytes(&message).unwrap()).unwrap(), message);
        }
    }
}
