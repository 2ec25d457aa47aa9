//! ntfy: one POST of JSON to the server's root.
//!
//! The certificate of an `https` server is checked as this machine checks all of them (its own store of authorities), so
//! that an operator's own authority, made known to the machine, is good here too: a self-hosted ntfy often has one. Only
//! where the machine knows no authority at all (no `ca-certificates`) nothing is trusted, and `https` says so.
//!
//! Redirects are not followed: they would carry the token elsewhere.

mod answer;

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, redirect};
use secrets::SecretValue;
use serde_json::{Value, json};

use self::answer::{classify, retry_after};
use super::{Answer, Part, masked};
use crate::error::AlertsError;
use crate::message::{Loudness, Message};
use crate::provider::ProviderUrl;
use crate::severity::Severity;
use crate::topic::Topic;

/// Bytes of an answer that are read: ntfy's have some hundreds.
const ANSWER_BYTES: usize = 16 << 10;

/// Speaks to ntfy servers.
#[derive(Debug)]
pub(crate) struct Ntfy {
    http: Client,
}

/// A message with its address.
#[derive(Debug)]
pub(crate) struct Letter<'a> {
    pub(crate) url: &'a ProviderUrl,
    pub(crate) token: Option<&'a SecretValue>,
    pub(crate) topic: &'a Topic,
    /// What takes the place of what on the phone.
    pub(crate) sequence_id: &'a str,
    pub(crate) message: &'a Message,
}

impl Ntfy {
    pub(crate) fn new(timeout: Duration) -> Result<Self, AlertsError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(AlertsError::NoCrypto);
        }
        let http = builder(timeout).build().or_else(|error| {
            tracing::warn!(
                %error,
                "this machine knows no certificate authority: ntfy over https will not work (on Debian: apt-get install ca-certificates)"
            );
            trusting_nobody(timeout)
        });
        Ok(Self { http: http.map_err(AlertsError::Client)? })
    }

    /// Sends a message; whatever happens is an answer.
    pub(crate) async fn send(&self, letter: &Letter<'_>) -> Answer {
        let token = letter.token.map(|token| token.reveal_text().unwrap_or_default());
        let mut request = self.http.post(letter.url.as_url().clone()).json(&body(letter));
        if let Some(token) = token {
            let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {token}")) else {
                let reason = "its secret holds characters that no token has".to_owned();
                return Answer::Misconfigured { part: Part::Provider, reason, maybe_told: false };
            };
            bearer.set_sensitive(true);
            request = request.header(AUTHORIZATION, bearer);
        }
        match request.send().await {
            Ok(response) => read(response, token).await,
            Err(error) => no_answer(error, token),
        }
    }
}

fn builder(timeout: Duration) -> ClientBuilder {
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(timeout)
        .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")))
}

/// Speaks plain HTTP, and HTTPS with nobody.
fn trusting_nobody(timeout: Duration) -> reqwest::Result<Client> {
    builder(timeout).tls_certs_only([]).build()
}

fn body(letter: &Letter<'_>) -> Value {
    let message = letter.message;
    let (priority, icon) = match message.loudness {
        Loudness::Problem(Severity::Crit) => (5, "rotating_light"),
        Loudness::Problem(Severity::Warn) => (4, "warning"),
        Loudness::Problem(Severity::Info) => (2, "information_source"),
        Loudness::Over => (3, "white_check_mark"),
        Loudness::Past => (2, "white_check_mark"),
        Loudness::Test => (3, "bell"),
    };
    let tags: Vec<&str> = [icon].into_iter().chain(message.labels.iter().map(String::as_str)).collect();
    let mut body = json!({
        "topic": letter.topic,
        "title": message.title,
        "message": message.text,
        "priority": priority,
        "tags": tags,
        "click": message.link,
        "sequence_id": letter.sequence_id,
    });
    if !message.buttons.is_empty() {
        // Three at most, or ntfy refuses the message; one of them leads to the page.
        let posts = message.buttons.iter().take(2).map(|button| {
            json!({"action": "http", "label": button.label, "url": button.url, "method": "POST", "clear": true})
        });
        let view = json!({"action": "view", "label": "Open", "url": message.link});
        if let Some(body) = body.as_object_mut() {
            body.insert("actions".to_owned(), posts.chain([view]).collect());
        }
    }
    body
}

async fn read(mut response: Response, token: Option<&str>) -> Answer {
    let status = response.status();
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let after = after.and_then(|value| retry_after(&value, date(&response)));
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = ANSWER_BYTES.saturating_sub(bytes.len());
                bytes.extend(chunk.iter().take(room));
                if chunk.len() > room {
                    break;
                }
            }
            Ok(None) => break,
            // The status says enough, but for a 200 that has to prove that it is ntfy's.
            Err(error) if status.is_success() => return no_answer(error, token),
            Err(_) => break,
        }
    }
    classify(status, &bytes, after, token)
}

/// The server's own time, which its `Retry-After` may be measured by.
fn date(response: &Response) -> Option<String> {
    Some(response.headers().get(reqwest::header::DATE)?.to_str().ok()?.to_owned())
}

/// Nothing came back. Only where no connection came to be is it sure that nothing arrived either.
fn no_answer(error: reqwest::Error, token: Option<&str>) -> Answer {
    let maybe_told = !error.is_connect();
    let mut reason = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time".to_owned(),
        (_, true) => "can't connect".to_owned(),
        _ => "the connection broke off".to_owned(),
    };
    // The innermost cause is the one that tells; those around it repeat the address.
    let error = error.without_url();
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    if let Some(cause) = cause {
        reason = format!("{reason}: {cause}");
    }
    Answer::Retry { reason: masked(&reason, token), after: None, maybe_told }
}

#[cfg(test)]
mod tests;
