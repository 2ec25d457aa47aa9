//! The door: bytes from the network become a message, or a refusal that names the thing.
//!
//! Bounds are checked on the untyped value, so that a field added tomorrow is bounded too. Control characters are
//! replaced here, once, so that no later stage meets them in a console, a log line or a message.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::version::{SCHEMA, SchemaVersion};

/// How much of anything a message may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The whole body.
    pub body_bytes: usize,
    /// One string.
    pub string_bytes: usize,
    /// One list or object.
    pub items: usize,
    /// Lists in lists.
    pub depth: usize,
}

impl Limits {
    /// For a report: the largest real ones (hundreds of disks behind expanders) stay far below.
    pub const REPORT: Self = Self { body_bytes: 4 << 20, string_bytes: 8 << 10, items: 4096, depth: 16 };
    /// For samples and all smaller messages.
    pub const SMALL: Self = Self { body_bytes: 1 << 20, string_bytes: 4 << 10, items: 4096, depth: 16 };
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Larger than a message may be.
    #[error("the body has more than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// No JSON, or no UTF-8.
    #[error("the body is not valid JSON: {0}")]
    NotJson(String),
    /// Spoken in an edition that this build does not know.
    #[error(
        "schema {theirs} is newer than {SCHEMA}, the newest that this server reads: upgrade the server first"
    )]
    NewerSchema {
        /// The peer's edition.
        theirs: SchemaVersion,
    },
    /// A field is missing, or not what it should be, or too much.
    #[error("{path}: {reason}")]
    Field {
        /// Which field, as a path in the document.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a message.
///
/// # Errors
/// [`Refusal`], which names the field.
pub fn parse<T: DeserializeOwned>(body: &[u8], limits: Limits) -> Result<T, Refusal> {
    if body.len() > limits.body_bytes {
        return Err(Refusal::TooLarge { limit_bytes: limits.body_bytes });
    }
    let mut value: Value =
        serde_json::from_slice(body).map_err(|error| Refusal::NotJson(error.to_string()))?;
    // The edition comes first: a newer peer's document may have any shape.
    if let Some(schema) = value.get("schema") {
        let theirs = SchemaVersion::deserialize(schema)
            .map_err(|error| Refusal::Field { path: "schema".to_owned(), reason: error.to_string() })?;
        if !theirs.is_readable() {
            return Err(Refusal::NewerSchema { theirs });
        }
    }
    bound(&mut value, limits, &mut String::new(), 0)?;
    serde_path_to_error::deserialize(value).map_err(|error| Refusal::Field {
        path: error.path().to_string(),
        reason: shorten(&error.into_inner().to_string()),
    })
}

fn bound(value: &mut Value, limits: Limits, path: &mut String, depth: usize) -> Result<(), Refusal> {
    let refuse = |path: &str, reason: String| Err(Refusal::Field { path: shorten(path), reason });
    if depth > limits.depth {
        return refuse(path, format!("nested deeper than {} levels", limits.depth));
    }
    let parent = path.len();
    match value {
        Value::String(text) if text.len() > limits.string_bytes => refuse(
            path,
            format!("a string of {} bytes; at most {} are taken", text.len(), limits.string_bytes),
        ),
        Value::String(text) => {
            if text.chars().any(is_unsafe) {
                *text = text
                    .chars()
                    .map(|c| if is_unsafe(c) { char::REPLACEMENT_CHARACTER } else { c })
                    .collect();
            }
            Ok(())
        }
        Value::Array(items) if items.len() > limits.items => {
            refuse(path, format!("{} items; at most {} are taken", items.len(), limits.items))
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                path.push_str(&format!("[{index}]"));
                bound(item, limits, path, depth + 1)?;
                path.truncate(parent);
            }
            Ok(())
        }
        Value::Object(fields) if fields.len() > limits.items => {
            refuse(path, format!("{} fields; at most {} are taken", fields.len(), limits.items))
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if name.len() > limits.string_bytes {
                    return refuse(path, format!("a field's name of {} bytes", name.len()));
                }
                if parent > 0 {
                    path.push('.');
                }
                path.push_str(name);
                bound(field, limits, path, depth + 1)?;
                path.truncate(parent);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Control characters, and those that turn text around: a serial number that holds them is forged or broken.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Report, Sample};

    fn report(sections: &str) -> String {
        format!(
            r#"{{"schema":"1.0","agent":{{"version":"0.1.0","start_id":"s"}},"collected_at":1,"duration_ms":2,"sections":{sections}}}"#
        )
    }

    fn refusal(body: &[u8]) -> String {
        parse::<Report>(body, Limits::REPORT).unwrap_err().to_string()
    }

    #[test]
    fn a_report_of_a_newer_minor_edition_is_read_and_its_news_ignored() {
        let body =
            report(r#"{"disks":{"status":"ok","data":[{"name":"sda","colour":"red"}]},"holograms":{}}"#)
                .replace(r#""schema":"1.0""#, r#""schema":"1.9""#);
        let read: Report = parse(body.as_bytes(), Limits::REPORT).unwrap();
        assert_eq!(read.sections.disks.data().unwrap()[0].name, "sda");
        assert!(read.sections.cpu.data().is_none());
    }

    #[test]
    fn a_newer_major_edition_is_refused_whatever_its_shape() {
        let error = parse::<Report>(br#"{"schema":"2.0","all":"new"}"#, Limits::REPORT).unwrap_err();
        assert_eq!(error, Refusal::NewerSchema { theirs: SchemaVersion { major: 2, minor: 0 } });
        assert!(error.to_string().contains("upgrade the server first"));
    }

    #[test]
    fn bad_input_is_refused_by_name() {
        assert!(refusal(&vec![b' '; 20 << 20]).contains("more than"));
        assert!(refusal(b"{\"schema\":\"\xff\"}").contains("not valid JSON"));
        assert!(refusal(br#"{"schema":"1.0","x":NaN}"#).contains("not valid JSON"));
        let disks = |data: &str| report(&format!(r#"{{"disks":{{"status":"ok","data":{data}}}}}"#));
        let many = format!("[{}]", vec![r#"{"name":"sda"}"#; 15_000].join(","));
        assert!(refusal(disks(&many).as_bytes()).starts_with("sections.disks.data: 15000 items"));
        let long = format!(r#"[{{"name":"{}"}}]"#, "a".repeat(1 << 20));
        assert!(
            refusal(disks(&long).as_bytes()).starts_with("sections.disks.data[0].name: a string of 1048576")
        );
        let negative = refusal(disks(r#"[{"name":"sda","size_bytes":-1}]"#).as_bytes());
        assert!(negative.starts_with("sections.disks") && negative.contains("-1"), "{negative}");
        let deep = format!(r#"{{"schema":"1.0","x":{}1{}}}"#, "[".repeat(100), "]".repeat(100));
        assert!(refusal(deep.as_bytes()).contains("nested deeper"));
        assert!(refusal(br#"{"schema":"one"}"#).starts_with("schema: "));
    }

    #[test]
    fn control_characters_do_not_get_in() {
        let body =
            report(r#"{"disks":{"status":"ok","data":[{"name":"sda","serial":"A\u001b[2J\u202eB\n"}]}}"#);
        let read: Report = parse(body.as_bytes(), Limits::REPORT).unwrap();
        let serial = read.sections.disks.data().unwrap()[0].serial.clone().unwrap();
        assert_eq!(serial, "A\u{fffd}[2J\u{fffd}B\u{fffd}");
    }

    #[test]
    fn a_sample_needs_its_stamp() {
        let error = parse::<Sample>(br#"{"schema":"1.0","taken_at":1}"#, Limits::SMALL).unwrap_err();
        assert!(error.to_string().contains("agent"), "{error}");
    }
}
