//! The text of the file: objects as dnsmasq's lines, and back. Pure.

mod lines;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::{Fields, Found, Kind};

/// How every file of Muster's begins.
pub(super) const SIGNATURE: &str =
    "# Written whole by Muster (muster-dnsmasq 1): what is changed here by hand is put back.\n";
/// How the line begins that says which object the lines below it are.
const OBJECT: &str = "#muster ";

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Document {
    /// Objects whose lines are as they were written.
    pub(super) objects: Vec<Found>,
    /// Lines that belong to none.
    pub(super) strays: String,
}

/// An object, in a comment.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    kind: Kind,
    id: Uuid,
    fields: Fields,
}

impl Document {
    /// Reads a file. Whatever is in it: what is understood is an object, all else is strays.
    pub(super) fn parse(content: &[u8]) -> Self {
        let text = String::from_utf8_lossy(content);
        let text = text.strip_prefix(SIGNATURE).unwrap_or(&text);
        let mut blocks: Vec<(Option<Found>, Vec<&str>)> = vec![(None, Vec::new())];
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let said = line.strip_prefix(OBJECT).and_then(|json| serde_json::from_str::<Said>(json).ok());
            match (said, blocks.last_mut()) {
                (Some(Said { kind, id, fields }), _) => {
                    blocks.push((Some(Found { kind, id: Some(id), fields }), Vec::new()));
                }
                (None, Some((_, lines))) => lines.push(line),
                (None, None) => {}
            }
        }
        let tags = tags(blocks.iter().filter_map(|(found, _)| found.as_ref()));
        let mut document = Self::default();
        let mut strays: Vec<&str> = Vec::new();
        for (found, lines) in blocks {
            match found {
                Some(found) => match lines::lines(&found, &tags) {
                    // What comes after its own lines belongs to nobody.
                    Ok(written)
                        if lines.len() >= written.len()
                            && lines.iter().zip(&written).all(|(a, b)| a == b) =>
                    {
                        document.objects.push(found);
                        strays.extend(lines.into_iter().skip(written.len()));
                    }
                    _ => strays.extend(lines),
                },
                None => strays.extend(lines),
            }
        }
        document.strays = strays.join("\n");
        document
    }

    /// The file. Says what can't stand in one.
    pub(super) fn render(&self) -> Result<String, String> {
        let tags = tags(self.objects.iter());
        let mut text = SIGNATURE.to_owned();
        for kind in Kind::ALL {
            for found in self.objects.iter().filter(|found| found.kind == kind) {
                let id = found.id.ok_or("it has no id")?;
                let said = Said { kind, id, fields: found.fields.clone() };
                let said = serde_json::to_string(&said).map_err(|error| error.to_string())?;
                text.push_str(&format!("{OBJECT}{said}\n"));
                for line in lines::lines(found, &tags)? {
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        }
        if !self.strays.is_empty() {
            text.push_str(&self.strays);
            text.push('\n');
        }
        Ok(text)
    }
}

/// What tags are called in dnsmasq's lines.
fn tags<'a>(found: impl Iterator<Item = &'a Found>) -> BTreeMap<String, String> {
    found
        .filter(|found| found.kind == Kind::Tag)
        .filter_map(|found| Some((found.id?.to_string(), found.field("tag").to_owned())))
        .collect()
}
