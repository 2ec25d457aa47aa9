//! What ntfy's answers mean. Pure.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;

use crate::providers::{Answer, Part, masked};

/// Answer of ntfy to a message that it took.
#[derive(Deserialize)]
struct Taken {
    id: String,
    event: String,
}

/// Answer of ntfy to one that it did not take.
#[derive(Deserialize)]
struct Refused {
    code: u32,
    error: String,
}

pub(super) fn classify(
    status: StatusCode,
    body: &[u8],
    after: Option<Duration>,
    token: Option<&str>,
) -> Answer {
    if status.is_success() {
        return match serde_json::from_slice::<Taken>(body) {
            Ok(taken) if taken.event == "message" => Answer::Delivered { id: masked(&taken.id, token) },
            // Somebody else answers there: a login page, a proxy.
            _ => Answer::Misconfigured {
                part: Part::Provider,
                reason: format!("{status}, but not in ntfy's words: is an ntfy server at this address?"),
                maybe_told: true,
            },
        };
    }
    let reason = masked(&reason(status, body), token);
    let misconfigured = |part| Answer::Misconfigured { part, reason: reason.clone(), maybe_told: false };
    match status {
        StatusCode::TOO_MANY_REQUESTS => Answer::Retry { reason, after, maybe_told: false },
        StatusCode::REQUEST_TIMEOUT => Answer::Retry { reason, after, maybe_told: true },
        _ if status.is_server_error() => Answer::Retry { reason, after, maybe_told: true },
        // A wrong token, a wrong address. The token is the provider's, so one knock counts for all of its topics.
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            misconfigured(Part::Provider)
        }
        _ if status.is_redirection() => misconfigured(Part::Provider),
        _ => misconfigured(Part::Subscription),
    }
}

fn reason(status: StatusCode, body: &[u8]) -> String {
    let hint = match status {
        StatusCode::UNAUTHORIZED => ": is the token right?",
        StatusCode::FORBIDDEN => ": may the token write to this topic?",
        StatusCode::NOT_FOUND => ": is an ntfy server at this address?",
        _ if status.is_redirection() => ": redirects are not followed; give the address that it leads to",
        _ => "",
    };
    match serde_json::from_slice::<Refused>(body) {
        Ok(refused) => format!("{status}{hint} ({}, code {})", refused.error, refused.code),
        Err(_) => format!("{status}{hint}"),
    }
}

/// `Retry-After`: seconds, or a date, which is measured by the server's own.
pub(super) fn retry_after(value: &str, server_date: Option<String>) -> Option<Duration> {
    if let Ok(secs) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(secs));
    }
    let at = |text: &str| jiff::fmt::rfc2822::parse(text.trim()).ok().map(|date| date.timestamp());
    let wait = at(value)?.duration_since(at(&server_date?)?);
    Duration::try_from(wait).ok()
}
