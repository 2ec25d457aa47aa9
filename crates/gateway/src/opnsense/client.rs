//! The requests. Reads are GET (searches are POST, for OPNsense takes their parameters from the body); writes are serial, for
//! older releases lose updates of parallel writers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::sync::MutexGuard;
use zeroize::Zeroizing;

use super::address::WebAddress;
use super::answer::{Asked, understood};
use super::credential::{Credential, CredentialSource};
use super::release::Release;
use super::trust::Trust;
use super::written::Written;
use crate::error::GatewayError;

/// An answer of a table with ten thousand rows has a third of it.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// A configuration with many certificates has a tenth of it.
const MAX_CONFIG_BYTES: usize = 32 << 20;

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until an ordinary request is answered.
    pub answer: Duration,
    /// Until a service was told of its new configuration: OPNsense stops and starts it meanwhile.
    pub reconfigure: Duration,
    /// Until a service runs again after that.
    pub running: Duration,
    /// Between two looks at a service.
    pub poll: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            reconfigure: Duration::from_secs(120),
            running: Duration::from_secs(30),
            poll: Duration::from_millis(500),
        }
    }
}

/// A client of one OPNsense.
pub(super) struct Client {
    pub(super) address: WebAddress,
    pub(super) waits: Waits,
    http: reqwest::Client,
    source: Arc<dyn CredentialSource>,
    release: Mutex<Option<Release>>,
    writer: tokio::sync::Mutex<()>,
    written: Mutex<Written>,
}

impl Client {
    pub(super) fn new(
        address: WebAddress,
        trust: &Trust,
        source: Arc<dyn CredentialSource>,
        waits: Waits,
    ) -> Result<Self, GatewayError> {
        let http = trust
            .client(&address)?
            .connect_timeout(waits.connect)
            // The firewall's web server hangs up idle connections after a few seconds: a write must not meet that.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            // What can be wrong here is TLS: a machine without a list of authorities, for one.
            .map_err(|error| GatewayError::Certificate {
                url: address.to_string(),
                reason: reason(&error),
            })?;
        Ok(Self {
            address,
            waits,
            http,
            source,
            release: Mutex::default(),
            writer: tokio::sync::Mutex::default(),
            written: Mutex::default(),
        })
    }

    /// For one piece of work, with the credential as it is now.
    pub(super) async fn session(&self) -> Result<Session<'_>, GatewayError> {
        Ok(Session { client: self, credential: self.source.credential().await? })
    }

    /// Whoever holds it is the only one who writes.
    pub(super) async fn writing(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().await
    }

    pub(super) fn release(&self) -> Option<Release> {
        self.release.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What this client wrote.
    pub(super) fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_release(&self, release: Release) {
        *self.release.lock().unwrap_or_else(PoisonError::into_inner) = Some(release);
    }
}

/// One piece of work.
pub(super) struct Session<'a> {
    pub(super) client: &'a Client,
    pub(super) credential: Credential,
}

/// One request.
#[derive(Clone, Copy)]
struct Request<'a> {
    method: &'static str,
    path: &'a str,
    body: Option<&'a Value>,
    limit: Duration,
    /// Whether it changes something: then it may have been done although no answer came.
    writes: bool,
}

impl Session<'_> {
    /// Reads.
    pub(super) async fn get(&self, path: &str) -> Result<Value, GatewayError> {
        let limit = self.client.waits.answer;
        self.ask(Request { method: "GET", path, body: None, limit, writes: false }).await
    }

    /// All rows of a table, in the gateway's own order.
    pub(super) async fn search(&self, path: &str) -> Result<Value, GatewayError> {
        let all = json!({"current": 1, "rowCount": -1, "searchPhrase": ""});
        let limit = self.client.waits.answer;
        self.ask(Request { method: "POST", path, body: Some(&all), limit, writes: false }).await
    }

    /// Changes something. Remembered as ours before it is sent, for it may be done although no answer comes.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, GatewayError> {
        self.post_within(path, body, self.client.waits.answer).await
    }

    /// As [`post`](Self::post), for what takes its time.
    pub(super) async fn post_within(
        &self,
        path: &str,
        body: &Value,
        limit: Duration,
    ) -> Result<Value, GatewayError> {
        self.client.written().add(path);
        let answer = self.ask(Request { method: "POST", path, body: Some(body), limit, writes: true }).await;
        self.client.written().ended();
        answer
    }

    /// The whole configuration. It holds secrets; nothing of it may be shown.
    pub(super) async fn configuration(&self) -> Result<Zeroizing<Vec<u8>>, GatewayError> {
        let (path, limit) = ("core/backup/download/this", self.client.waits.answer);
        let request = Request { method: "GET", path, body: None, limit, writes: false };
        let (status, location, body) = self.answer(request, MAX_CONFIG_BYTES).await?;
        let begins = |with: &[u8]| body.trim_ascii_start().starts_with(with);
        if status == 200 && (begins(b"<?xml") || begins(b"<opnsense")) {
            return Ok(body);
        }
        self.understood(request, status, location.as_deref(), &body)?;
        Err(GatewayError::Answer {
            url: self.client.address.to_string(),
            what: format!("GET {path}"),
            answer: "what is no configuration".into(),
        })
    }

    async fn ask(&self, request: Request<'_>) -> Result<Value, GatewayError> {
        let (status, location, body) = self.answer(request, MAX_ANSWER_BYTES).await?;
        self.understood(request, status, location.as_deref(), &body)
    }

    fn understood(
        &self,
        request: Request<'_>,
        status: u16,
        location: Option<&str>,
        body: &[u8],
    ) -> Result<Value, GatewayError> {
        let (url, release) = (self.client.address.to_string(), self.client.release());
        let asked =
            Asked { url: &url, method: request.method, path: request.path, release: release.as_ref() };
        understood(asked, status, location, body)
    }

    /// Status, where it points to, and the body, as long as that is no longer than it may be.
    async fn answer(
        &self,
        request: Request<'_>,
        max_bytes: usize,
    ) -> Result<(u16, Option<String>, Zeroizing<Vec<u8>>), GatewayError> {
        let unanswered = |error: reqwest::Error| self.unanswered(&error, request);
        let mut response = match self.send(request).await {
            // It may have been left open from before, and hung up meanwhile: what only reads is asked once more.
            Err(error) if !request.writes && is_hung_up(&error) => self.send(request).await,
            answer => answer,
        }
        .map_err(unanswered)?;
        let status = response.status().as_u16();
        let location =
            response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(ToOwned::to_owned);
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
            if body.len() + chunk.len() > max_bytes {
                return Err(GatewayError::Answer {
                    url: self.client.address.to_string(),
                    what: format!("{} {}", request.method, request.path),
                    answer: format!("more than {} MiB", max_bytes >> 20),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, location, body))
    }

    async fn send(&self, request: Request<'_>) -> reqwest::Result<Response> {
        let client = self.client;
        let url = client.address.api(request.path);
        let method = if request.method == "GET" { Method::GET } else { Method::POST };
        let mut sent = client
            .http
            .request(method, url)
            .basic_auth(self.credential.key(), Some(self.credential.secret()))
            .timeout(request.limit);
        if let Some(body) = request.body {
            // With any other type, even one with another charset, OPNsense sees no body at all.
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        sent.send().await
    }

    fn unanswered(&self, error: &reqwest::Error, request: Request<'_>) -> GatewayError {
        let url = self.client.address.to_string();
        if let Some(reason) = distrusted(error) {
            return GatewayError::Certificate { url, reason };
        }
        let (what, secs) = (format!("{} {}", request.method, request.path), request.limit.as_secs());
        match error.is_timeout() && !error.is_connect() {
            true if request.writes => GatewayError::Timeout { url, what, secs },
            true => GatewayError::Unreachable { url, reason: format!("no answer to {what} within {secs} s") },
            false => GatewayError::Unreachable { url, reason: reason(error) },
        }
    }
}

/// The connection was there and ended, by nobody's distrust.
fn is_hung_up(error: &reqwest::Error) -> bool {
    !error.is_timeout() && !error.is_connect() && distrusted(error).is_none()
}

/// The innermost cause: what is around it names the address once more.
pub(super) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".into();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    super::text::shown(&cause.to_string())
}

/// What is wrong with the certificate, where that is why there is no connection.
fn distrusted(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    match error.downcast_ref() {
        Some(rustls::Error::InvalidCertificate(why)) => {
            return Some(format!("{why}. Pin it by its fingerprint, or name the authority that it is from"));
        }
        Some(rustls::Error::Other(other)) if other.0.is::<pin::Mismatch>() => {
            return Some(other.0.to_string());
        }
        _ => {}
    }
    // What an I/O error wraps is not among its causes.
    let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    inner.and_then(|inner| distrusted(inner)).or_else(|| error.source().and_then(distrusted))
}
