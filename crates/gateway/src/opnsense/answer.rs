//! What an answer means. OPNsense says much with status 200 that is no success, and has several ways to say no.

use serde_json::Value;

use super::privilege::{Privilege, READ_ONLY};
use super::release::Release;
use super::text::shown;
use crate::error::GatewayError;

/// What was asked, for the words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) url: &'a str,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) release: Option<&'a Release>,
}

impl Asked<'_> {
    pub(super) fn what(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn answered(&self, answer: impl Into<String>) -> GatewayError {
        GatewayError::Answer { url: self.url.to_owned(), what: self.what(), answer: answer.into() }
    }

    fn not_authorised(&self, reason: &str) -> GatewayError {
        GatewayError::NotAuthorised { url: self.url.to_owned(), reason: reason.to_owned() }
    }

    fn forbidden(&self) -> GatewayError {
        let privilege =
            Privilege::of(self.path).map_or("All pages", |privilege| privilege.name(self.release));
        GatewayError::Forbidden { privilege: privilege.to_owned(), what: self.what() }
    }

    fn absent(&self) -> GatewayError {
        let reason = match Privilege::of(self.path) {
            Some(Privilege::Haproxy) => "install the plugin os-haproxy (System › Firmware › Plugins)",
            _ => "is this an OPNsense, and of a release since 25.7?",
        };
        GatewayError::Absent { what: self.what(), reason: reason.to_owned() }
    }

    fn refused(&self, reason: String) -> GatewayError {
        GatewayError::Refused { object: self.what(), reason }
    }
}

/// The answer's content, or what went wrong. `location` is where a redirect points to.
pub(super) fn understood(
    asked: Asked<'_>,
    status: u16,
    location: Option<&str>,
    body: &[u8],
) -> Result<Value, GatewayError> {
    match status {
        300..=399 => return Err(redirected(asked, location)),
        401 => {
            return Err(asked.not_authorised(
                "they are wrong, or their user is disabled: make new ones in System › Access › Users",
            ));
        }
        403 => return Err(asked.forbidden()),
        404 => return Err(asked.absent()),
        411 => return Err(asked.answered("411 (length required): does a proxy in between drop the length?")),
        500 => return Err(failed(asked, body)),
        200..=299 => {}
        other => return Err(asked.answered(with_excerpt(&format!("HTTP status {other}"), body))),
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Err(asked.answered(if body.is_empty() {
            "nothing".to_owned()
        } else if is_page(body) {
            "a web page in place of data: is something else in between, or is that no OPNsense?".to_owned()
        } else {
            with_excerpt("what is no JSON", body)
        }));
    };
    let said = |field: &str| value.get(field).and_then(Value::as_str);
    if said("result") != Some("failed") && said("status") != Some("failed") {
        return Ok(value);
    }
    match value.get("validations").map(validations) {
        Some(reasons) if !reasons.is_empty() => Err(asked.refused(reasons)),
        _ => Err(asked.refused("OPNsense says \"failed\" and not why".into())),
    }
}

/// A request without a key is sent to the page where people log in.
fn redirected(asked: Asked<'_>, location: Option<&str>) -> GatewayError {
    match location {
        Some(elsewhere) if !elsewhere.starts_with('/') => asked.answered(format!(
            "a redirect to {}: no redirect is followed, for the key would go along; give the address itself",
            shown(elsewhere)
        )),
        _ => asked.not_authorised(
            "it saw none and asks for a login: does something in between drop them from the request?",
        ),
    }
}

/// 500 is either a rule that refuses, with a title, or a mistake of OPNsense's own.
fn failed(asked: Asked<'_>, body: &[u8]) -> GatewayError {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = |field: &str| value.get(field).and_then(Value::as_str).map(shown).unwrap_or_default();
    let (title, message) = (said("errorTitle"), said("errorMessage"));
    if message.contains("user-config-readonly") || title.contains("user-config-readonly") {
        return asked.refused(format!(
            "the key's user may read only: take the privilege \"{READ_ONLY}\" from it (System › Access › Users)"
        ));
    }
    match (title.is_empty(), message.is_empty()) {
        (false, _) => asked.refused(format!("{title} {message}").trim_end().to_owned()),
        (true, false) => asked.answered(format!("HTTP status 500: {message}")),
        (true, true) => asked.answered(with_excerpt("HTTP status 500", body)),
    }
}

/// `host.ip: …; host.hwaddr: …`. A field's value is a list where there are several messages.
fn validations(value: &Value) -> String {
    let messages = |value: &Value| match value {
        Value::String(message) => shown(message),
        Value::Array(all) => all.iter().filter_map(Value::as_str).map(shown).collect::<Vec<_>>().join(", "),
        other => shown(&other.to_string()),
    };
    let Value::Object(fields) = value else { return shown(&messages(value)) };
    let reasons: Vec<String> =
        fields.iter().map(|(field, value)| format!("{field}: {}", messages(value))).collect();
    shown(&reasons.join("; "))
}

fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().first() == Some(&b'<')
}

fn with_excerpt(words: &str, body: &[u8]) -> String {
    let start = body.get(..body.len().min(400)).unwrap_or_default();
    if start.is_empty() || is_page(start) {
        return words.to_owned();
    }
    format!("{words}: {}", shown(&String::from_utf8_lossy(start)))
}

#[cfg(test)]
mod tests;
