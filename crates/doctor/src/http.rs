//! HTTP as firmware and iPXE speak it: no redirects, no TLS, and UEFI asks for the length before it asks for the file.

use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE};
use reqwest::{Method, Response, StatusCode, Url};

use crate::bytes::plain;

/// No loader is larger.
const MOST_LOADER_BYTES: usize = 64 * 1024 * 1024;
const MOST_LOCATION_CHARS: usize = 200;

/// Why a URL gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HttpFault {
    /// It is none.
    #[error("it is no URL that firmware can follow")]
    NoUrl,
    /// It begins with `https`.
    #[error(
        "it is HTTPS: iPXE trusts no certificate that was not built into it, and this can't be seen from here"
    )]
    Tls,
    /// Its host's name means nothing.
    #[error("the name {0} is not known to DNS")]
    NoName(String),
    /// No machine has that address, or there is no way to it.
    #[error("no machine answers at its address")]
    NoHost,
    /// Nobody listens.
    #[error("the machine is there, and nobody listens on that port")]
    Closed,
    /// Nothing comes back.
    #[error("nothing comes back from that port")]
    Silent,
    /// It stops in the middle.
    #[error("the connection is made, and then stops after {after_bytes} bytes")]
    Stalled {
        /// What came.
        after_bytes: usize,
    },
    /// It ends before its end.
    #[error("{said_bytes} bytes were promised, and {came_bytes} came")]
    Cut {
        /// The length that it gave.
        said_bytes: u64,
        /// What came.
        came_bytes: usize,
    },
    /// It points elsewhere.
    #[error("it answers {status}, a redirect to {location}: firmware does not follow")]
    Redirect {
        /// The status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The file is not there.
    #[error("it answers {0}: there is no such file")]
    Missing(u16),
    /// Any other status.
    #[error("it answers {0}")]
    Status(u16),
    /// HEAD is not answered as GET is.
    #[error("it answers {0} to HEAD, which UEFI asks first")]
    NoHead(u16),
    /// No length is given.
    #[error("it does not say how long the file is (Content-Length), which UEFI needs")]
    NoLength,
    /// It is no loader, by its size.
    #[error("it is longer than {} MiB: that is no loader", MOST_LOADER_BYTES / 1024 / 1024)]
    TooLong,
    /// What comes is no HTTP.
    #[error("what answers is no HTTP server ({0})")]
    Broken(String),
}

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Got {
    /// The bytes, or the first of them.
    pub(crate) bytes: Vec<u8>,
    /// How long the whole is, where that was said.
    pub(crate) total_bytes: Option<u64>,
}

/// Asks from one address.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
}

impl Client {
    /// Asks from `own`, and waits so long for each answer.
    ///
    /// # Errors
    /// There is no TLS provider in this program, which the library wants even where no TLS is spoken.
    pub(crate) fn new(own: Ipv4Addr, patience: Duration) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .local_address(IpAddr::V4(own))
            .connect_timeout(patience)
            // The library counts the connecting in, too: the longer, so that each of the two is known by its own limit.
            .read_timeout(patience * 2)
            .user_agent(concat!("muster-doctor/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http })
    }

    /// Loads a loader as UEFI HTTP Boot does: HEAD for the length, then GET.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) async fn loader(&self, url: &str) -> Result<Got, HttpFault> {
        let url = checked(url).await?;
        let head = self.ask(Method::HEAD, &url, None).await.map_err(|fault| match fault {
            HttpFault::Status(status) => HttpFault::NoHead(status),
            other => other,
        })?;
        // What the library knows of the body is nothing, for HEAD has none: the header counts.
        let length =
            head.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let said_bytes = length.ok_or(HttpFault::NoLength)?;
        if said_bytes > MOST_LOADER_BYTES as u64 {
            return Err(HttpFault::TooLong);
        }
        let answer = self.ask(Method::GET, &url, None).await?;
        let bytes = read(answer, MOST_LOADER_BYTES).await?;
        if bytes.len() as u64 != said_bytes {
            return Err(HttpFault::Cut { said_bytes, came_bytes: bytes.len() });
        }
        Ok(Got { bytes, total_bytes: Some(said_bytes) })
    }

    /// Loads the first bytes of a file, as many as this, and all of it where it is shorter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) async fn start(&self, url: &str, most_bytes: usize) -> Result<Got, HttpFault> {
        let url = checked(url).await?;
        let range = format!("bytes=0-{}", most_bytes.saturating_sub(1));
        let answer = self.ask(Method::GET, &url, Some(&range)).await?;
        let whole = answer
            .headers()
            .get(CONTENT_RANGE)
            .and_then(|value| value.to_str().ok()?.rsplit_once('/')?.1.parse::<u64>().ok());
        let total_bytes = whole.or_else(|| answer.content_length());
        Ok(Got { bytes: read(answer, most_bytes).await?, total_bytes })
    }

    async fn ask(&self, method: Method, url: &Url, range: Option<&str>) -> Result<Response, HttpFault> {
        let mut request = self.http.request(method, url.clone());
        if let Some(range) = range {
            request = request.header(RANGE, range);
        }
        let answer = request.send().await.map_err(|error| fault(&error, 0))?;
        let status = answer.status();
        match status {
            _ if status.is_success() => Ok(answer),
            _ if status.is_redirection() => {
                let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                let location = plain(location.unwrap_or("nowhere"), MOST_LOCATION_CHARS);
                Err(HttpFault::Redirect { status: status.as_u16(), location })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(HttpFault::Missing(status.as_u16())),
            // An empty file has no first bytes.
            StatusCode::RANGE_NOT_SATISFIABLE => Ok(answer),
            _ => Err(HttpFault::Status(status.as_u16())),
        }
    }
}

async fn checked(url: &str) -> Result<Url, HttpFault> {
    let url: Url = url.parse().map_err(|_| HttpFault::NoUrl)?;
    match url.scheme() {
        "http" => {}
        "https" => return Err(HttpFault::Tls),
        _ => return Err(HttpFault::NoUrl),
    }
    let host = url.host_str().ok_or(HttpFault::NoUrl)?.to_owned();
    let port = url.port_or_known_default().unwrap_or(80);
    let found = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await;
    if found.is_ok_and(|mut addresses| addresses.next().is_some()) {
        return Ok(url);
    }
    Err(HttpFault::NoName(plain(&host, MOST_LOCATION_CHARS)))
}

async fn read(mut answer: Response, most_bytes: usize) -> Result<Vec<u8>, HttpFault> {
    let said_bytes = answer.content_length();
    let mut bytes = Vec::new();
    while bytes.len() < most_bytes {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend(chunk.iter().take(most_bytes - bytes.len())),
            Ok(None) => break,
            Err(error) => {
                return Err(match (fault(&error, bytes.len()), said_bytes) {
                    (HttpFault::Broken(_), Some(said_bytes)) => {
                        HttpFault::Cut { said_bytes, came_bytes: bytes.len() }
                    }
                    (fault, _) => fault,
                });
            }
        }
    }
    Ok(bytes)
}

fn fault(error: &reqwest::Error, after_bytes: usize) -> HttpFault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return HttpFault::Closed,
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                return HttpFault::NoHost;
            }
            _ => cause = error.source(),
        }
    }
    match error {
        _ if error.is_timeout() && error.is_connect() => HttpFault::Silent,
        _ if error.is_timeout() => HttpFault::Stalled { after_bytes },
        _ => HttpFault::Broken(plain(&innermost(error), MOST_LOCATION_CHARS)),
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests;
