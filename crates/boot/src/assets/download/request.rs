//! One request of a download, through its redirects.

use std::error::Error as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, LOCATION, RANGE,
};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use tokio::time::timeout;

use super::{DownloadError, Source, certificate, shown};
use crate::assets::Authority;
use crate::assets::address::{Guarded, RefusedAddress, check_literal};
use crate::assets::content_range::ContentRange;

const REDIRECTS: usize = 5;

/// Asks for what is missing.
pub(super) struct Fetcher {
    client: Client,
    source: Source,
    idle: Duration,
    memory: Mutex<Memory>,
}

/// What is known of the file from earlier answers.
#[derive(Default)]
struct Memory {
    /// What names this edition of the file, if its server says it.
    validator: Option<HeaderValue>,
    went_on: bool,
}

/// What came back.
pub(super) enum Answer {
    /// The file from its beginning.
    Whole(Response, String),
    /// The file from where it stopped.
    Rest(Response, String),
    /// All has arrived already.
    Nothing,
    /// What has arrived is not what is there now.
    Changed { url: String, reason: String },
}

impl Fetcher {
    pub(super) fn new(source: &Source, idle: Duration) -> Result<Self, DownloadError> {
        // The server installs one, too; without any, making a client panics.
        rustls::crypto::ring::default_provider().install_default().ok();
        let authorities: Result<Vec<_>, _> = source.authorities.iter().map(Authority::certificate).collect();
        let authorities = authorities.map_err(DownloadError::Client)?;
        let builder = || {
            let builder = Client::builder()
                .tls_certs_merge(authorities.clone())
                // A proxy would look names up in our place.
                .no_proxy()
                .redirect(redirect::Policy::none())
                .connect_timeout(idle)
                .user_agent(concat!("muster/", env!("CARGO_PKG_VERSION")));
            if source.allow_local { builder } else { builder.dns_resolver(Arc::new(Guarded)) }
        };
        let client = builder().build().or_else(|error| {
            tracing::warn!(%error, "this machine knows no certificate authority: assets can't be fetched over https (on Debian: apt-get install ca-certificates)");
            builder().tls_certs_only([]).build()
        });
        let client = client.map_err(DownloadError::Client)?;
        Ok(Self { client, source: source.clone(), idle, memory: Mutex::default() })
    }

    /// Bytes of more than one answer were put together.
    pub(super) fn went_on(&self) -> bool {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).went_on
    }

    /// The file is another one now.
    pub(super) fn forget(&self) {
        *self.memory.lock().unwrap_or_else(PoisonError::into_inner) = Memory::default();
    }

    pub(super) async fn ask(&self, received_bytes: u64) -> Result<Answer, DownloadError> {
        let (response, url) = self.follow(received_bytes).await?;
        let passing = |reason: String| Err(DownloadError::Passing { url: url.clone(), reason });
        let validator = validator(response.headers());
        let range =
            response.headers().get(CONTENT_RANGE).and_then(|range| ContentRange::parse(range.to_str().ok()?));
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        match response.status() {
            StatusCode::OK => {
                *memory = Memory { validator, went_on: false };
                Ok(Answer::Whole(response, url))
            }
            StatusCode::PARTIAL_CONTENT if received_bytes > 0 => {
                if range.and_then(|range| range.first) != Some(received_bytes) {
                    return Ok(Answer::Changed {
                        url,
                        reason: "it sends another part than was asked for".to_owned(),
                    });
                }
                if memory.validator.is_some() && validator.is_some() && memory.validator != validator {
                    return Ok(Answer::Changed { url, reason: "the file has changed".to_owned() });
                }
                *memory = Memory { validator: validator.or(memory.validator.take()), went_on: true };
                Ok(Answer::Rest(response, url))
            }
            StatusCode::RANGE_NOT_SATISFIABLE if received_bytes > 0 => {
                if range.and_then(|range| range.total_bytes) == Some(received_bytes) {
                    memory.went_on = true;
                    return Ok(Answer::Nothing);
                }
                Ok(Answer::Changed { url, reason: "the file has become shorter".to_owned() })
            }
            status @ (StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => passing(format!("it answers {status}")),
            status => Err(DownloadError::Status { url, status }),
        }
    }

    /// Asks, and goes where the answer sends us; each place is judged like the first.
    async fn follow(&self, received_bytes: u64) -> Result<(Response, String), DownloadError> {
        let mut url = self.source.url.clone();
        for _ in 0..=REDIRECTS {
            if !matches!(url.scheme(), "http" | "https") {
                return Err(DownloadError::Scheme(shown(&url)));
            }
            if !self.source.allow_local {
                check_literal(&url)?;
            }
            let response = self.once(&url, received_bytes).await?;
            let here = shown(&url);
            if !response.status().is_redirection() {
                return Ok((response, here));
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
            url = match url.join(to) {
                Ok(next) if !to.is_empty() => next,
                _ => return Err(DownloadError::Nowhere { url: here, to: to.chars().take(200).collect() }),
            };
        }
        let url_before = shown(&self.source.url);
        Err(DownloadError::Redirects { url: url_before, limit: REDIRECTS, last: shown(&url) })
    }

    async fn once(&self, url: &Url, received_bytes: u64) -> Result<Response, DownloadError> {
        let mut request = self.client.get(url.clone()).header(ACCEPT_ENCODING, "identity");
        if received_bytes > 0 {
            request = request.header(RANGE, format!("bytes={received_bytes}-"));
            let validator = self.memory.lock().unwrap_or_else(PoisonError::into_inner).validator.clone();
            if let Some(validator) = validator {
                request = request.header(IF_RANGE, validator);
            }
        }
        let passing = |reason: String| DownloadError::Passing { url: shown(url), reason };
        match timeout(self.idle, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(match (refused(&error), certificate::fault(&error)) {
                (Some(refused), _) => refused.into(),
                (None, Some(fault)) => DownloadError::Certificate { url: shown(url), fault },
                (None, None) => passing(cause(&error)),
            }),
            Err(_) => Err(passing("no answer came".to_owned())),
        }
    }
}

/// Only a strong entity tag names bytes (RFC 9110, section 13.1.5); a date does so to the second, and the hash sees to the rest.
fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let strong = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    strong.or_else(|| headers.get(LAST_MODIFIED)).cloned()
}

fn refused(error: &reqwest::Error) -> Option<RefusedAddress> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<RefusedAddress>() {
            return Some(refused.clone());
        }
        cause = error.source();
    }
    None
}

/// The innermost reason, without the URL, which may carry a secret.
fn cause(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    let mut text = "the request failed".to_owned();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}
