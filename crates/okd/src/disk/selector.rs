//! How an operator describes a disk: conditions that must all hold, such as `model~SSD,size>=400GB,rotational=no`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::condition::{Condition, OPERATORS};
use super::drive::Drive;

/// Longest description, in characters.
const LENGTH: usize = 512;
/// Most conditions.
const CONDITIONS: usize = 16;
/// What the kernel's names of disks begin with.
const KERNEL_NAMES: [&str; 10] = ["sd", "nvme", "vd", "xvd", "hd", "mmcblk", "dm-", "md", "pmem", "loop"];

/// A description of one disk, never by what the kernel calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Selector {
    conditions: Vec<Condition>,
}

/// Why a text describes no disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no disk can be chosen by {text:?}: {why}")]
pub struct InvalidSelector {
    text: String,
    why: String,
}

impl Selector {
    /// Whether all of it holds for this drive.
    pub(super) fn holds(&self, drive: &Drive<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(drive))
    }

    /// The first of its conditions that does not hold for this drive.
    pub(super) fn first_unmet(&self, drive: &Drive<'_>) -> Option<String> {
        self.conditions.iter().find(|condition| !condition.holds(drive)).map(ToString::to_string)
    }
}

impl FromStr for Selector {
    type Err = InvalidSelector;

    fn from_str(text: &str) -> Result<Self, InvalidSelector> {
        let invalid = |why: String| InvalidSelector { text: text.chars().take(80).collect(), why };
        if text.chars().count() > LENGTH || text.chars().any(char::is_control) {
            return Err(invalid(format!("expected one line of {LENGTH} characters at most")));
        }
        let parts = parts(text).map_err(invalid)?;
        if parts.len() > CONDITIONS {
            return Err(invalid(format!("expected {CONDITIONS} conditions at most")));
        }
        let conditions: Result<Vec<Condition>, String> = parts.into_iter().map(condition).collect();
        Ok(Self { conditions: conditions.map_err(invalid)? })
    }
}

impl TryFrom<String> for Selector {
    type Error = InvalidSelector;

    fn try_from(text: String) -> Result<Self, InvalidSelector> {
        text.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.to_string()
    }
}

/// Cuts at the commas that stand in no quotes.
fn parts(text: &str) -> Result<Vec<&str>, String> {
    let mut in_quotes = false;
    let parts: Vec<&str> = text
        .split(|c| {
            in_quotes ^= c == '"';
            c == ',' && !in_quotes
        })
        .map(str::trim)
        .collect();
    match in_quotes {
        true => Err("a quote is not closed".to_owned()),
        false => Ok(parts),
    }
}

fn condition(part: &str) -> Result<Condition, String> {
    let key_length = part.find(|c: char| "=!<>~".contains(c)).unwrap_or(part.len());
    let (key, rest) = part.split_at_checked(key_length).unwrap_or((part, ""));
    let key = key.trim();
    if is_kernel_name(key) || matches!(key, "name" | "device" | "dev" | "path") {
        return Err("what the kernel calls a disk may be another one after the next boot; describe it by what stays with it: \
                    serial, wwn, by-path, size, rotational, model, transport"
            .to_owned());
    }
    if part.is_empty() {
        return Err("there is nothing between two commas, or nothing at all".to_owned());
    }
    let found = OPERATORS.iter().find_map(|(text, operator)| Some((rest.strip_prefix(text)?, *operator)));
    let Some((value, operator)) = found else {
        return Err(format!("{part:?} is no condition: expected one such as serial=S4EW or size>=400GB"));
    };
    let value = value.trim();
    let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    if value.starts_with(|c: char| "=!<>~".contains(c)) {
        return Err(format!("{part:?} has two operators: expected one such as serial=S4EW or size>=400GB"));
    }
    if unquoted.contains('"') {
        return Err(format!("a quote in the middle of {part:?}"));
    }
    Condition::new(key, operator, unquoted)
}

fn is_kernel_name(text: &str) -> bool {
    let name = text.strip_prefix("/dev/").unwrap_or(text);
    let is = |kind: &&str| {
        name.strip_prefix(*kind).is_some_and(|rest| {
            !rest.is_empty()
                && rest.len() <= 8
                && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
    };
    text.starts_with("/dev/") || KERNEL_NAMES.iter().any(is)
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions: Vec<String> = self.conditions.iter().map(ToString::to_string).collect();
        f.write_str(&conditions.join(","))
    }
}
