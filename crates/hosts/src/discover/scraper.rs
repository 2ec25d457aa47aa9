//! Asking an agent for its inventory. The answer is an unproven word, and the address is no more trusted than that.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use inventory::{Limits, Refusal, Report, parse};
use ipnet::IpNet;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

/// Where an agent listens.
pub const AGENT_PORT: u16 = 25_000;
/// For the whole answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// For the connection: the machine stands in the next rack.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// Gives the key that agents want to see before they answer, if the site has one. Asked at every scrape, so that a new key
/// needs no restart.
pub type ScrapeKey = Arc<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// Asks agents for their inventory, in the declared networks and nowhere else: no redirects, no proxy, an answer of limited
/// size in limited time.
pub struct Scraper {
    client: Client,
    networks: Vec<IpNet>,
    port: u16,
    key: ScrapeKey,
}

/// Why an agent's inventory could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// The address lies in no declared network: it was not asked.
    #[error("{0} lies in no declared network")]
    Outside(IpAddr),
    /// The client could not be made.
    #[error("the scraper can't be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It did not answer, or not in time.
    #[error("{address} did not answer")]
    Unreachable {
        /// Who.
        address: SocketAddr,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It wants a key that it was not shown.
    #[error("{0} wants the site's scrape key")]
    KeyWanted(SocketAddr),
    /// It answered, but not with an inventory.
    #[error("{address} answered {status}")]
    Status {
        /// Who.
        address: SocketAddr,
        /// What.
        status: StatusCode,
    },
    /// It answered with what is no report.
    #[error("{address} answered with no report that can be taken")]
    NoReport {
        /// Who.
        address: SocketAddr,
        /// What is wrong with it.
        #[source]
        source: Refusal,
    },
}

impl Scraper {
    /// For these networks.
    ///
    /// # Errors
    /// [`ScrapeError::Client`].
    pub fn new(networks: Vec<IpNet>, key: ScrapeKey) -> Result<Self, ScrapeError> {
        Self::on_port(networks, key, AGENT_PORT)
    }

    /// As [`Scraper::new`], where the agents listen on another port: in tests.
    ///
    /// # Errors
    /// [`ScrapeError::Client`].
    pub fn on_port(networks: Vec<IpNet>, key: ScrapeKey, port: u16) -> Result<Self, ScrapeError> {
        // It speaks plain HTTP only, so it trusts no certificate at all.
        let tls =
            rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| ScrapeError::Client(error.into()))?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(TIME_LIMIT)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| ScrapeError::Client(error.into()))?;
        Ok(Self { client, networks, port, key })
    }

    /// The port that is asked.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where an agent would listen at `ip`, when that lies in a declared network.
    pub(crate) fn socket(&self, ip: IpAddr) -> Result<SocketAddr, ScrapeError> {
        if self.networks.iter().any(|network| network.contains(&ip)) {
            Ok(SocketAddr::new(ip, self.port))
        } else {
            Err(ScrapeError::Outside(ip))
        }
    }

    /// Asks the agent at `ip`.
    ///
    /// # Errors
    /// [`ScrapeError`].
    pub async fn scrape(&self, ip: IpAddr) -> Result<Report, ScrapeError> {
        let address = self.socket(ip)?;
        let unreachable =
            |source: reqwest::Error| ScrapeError::Unreachable { address, source: source.without_url() };
        let mut request = self.client.get(format!("http://{address}/inventory"));
        if let Some(key) = (self.key)().await {
            request = request.bearer_auth(key);
        }
        let mut response = request.send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(ScrapeError::KeyWanted(address)),
            status => return Err(ScrapeError::Status { address, status }),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            // One byte too many is enough to be refused as too large.
            if body.len() > Limits::REPORT.body_bytes {
                break;
            }
        }
        parse(&body, Limits::REPORT).map_err(|source| ScrapeError::NoReport { address, source })
    }
}

impl fmt::Debug for Scraper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { networks, port, .. } = self;
        f.debug_struct("Scraper").field("networks", networks).field("port", port).finish_non_exhaustive()
    }
}
