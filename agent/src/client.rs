//! The agent's half of the conversation with the server: one request, one answer, one judgement.
//!
//! Nothing here waits or tries again: [`crate::run`] does. TLS trusts the pinned certificate and nothing else, so that no
//! bundle of authorities is needed; no proxy is taken from the environment, no redirect is followed.

mod backoff;
mod resolver;
mod verdict;

use std::time::Duration;

use bytes::Bytes;
use inventory::{AgentKey, EnrolReply, EnrolRequest, Failure, Goodbye, Id, Reply};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response};

pub use backoff::{Backoff, jittered, random_unit};
pub use verdict::Declined;

use crate::chain::chain;
use crate::json;
use crate::outbox::{Kind, Letter};
use crate::settings::Server;
use resolver::SiteResolver;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A server's answers have some hundred bytes.
const ANSWER_LIMIT_BYTES: usize = 64 << 10;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// TLS could not be prepared.
    #[error("preparing TLS for {server}")]
    Tls {
        /// The server.
        server: String,
        /// Why.
        #[source]
        source: pin::PinError,
    },
    /// The HTTP client could not be made.
    #[error("preparing the connection to {server}")]
    Http {
        /// The server.
        server: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

/// Speaks to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Server,
}

impl Client {
    /// A client of this server.
    ///
    /// # Errors
    /// [`NoClient`].
    pub fn new(server: Server) -> Result<Self, NoClient> {
        // Plain HTTP (to this machine) needs no TLS, but a client without any can't be built: one that trusts nobody.
        let pin = server.pin().unwrap_or(pin::Fingerprint([0; 32]));
        let tls = pin::client_config(pin)
            .map_err(|source| NoClient::Tls { server: server.url().to_string(), source })?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(SiteResolver::default())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // `image build` reads the version in front of the bracket out of this binary.
            .user_agent(concat!("muster-agent/", env!("CARGO_PKG_VERSION"), " (Muster)"))
            .build()
            .map_err(|source| NoClient::Http { server: server.url().to_string(), source })?;
        Ok(Self { http, server })
    }

    /// The server that it speaks to.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Introduces this machine.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolReply, Declined> {
        let body = body_of(request)?;
        let answer = self.exchange(self.request(Method::POST, "agent/v1/enrol", body)).await?;
        serde_json::from_slice(&answer).map_err(|error| {
            Declined::later(format!("the server's answer to the enrolment is not readable: {error}"))
        })
    }

    /// Sends one message.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn send(&self, key: &AgentKey, letter: &Letter) -> Result<Option<Reply>, Declined> {
        let (method, path) = match letter.kind {
            Kind::Inventory => (Method::PUT, "agent/v1/inventory".to_owned()),
            Kind::Sample => (Method::POST, "agent/v1/sample".to_owned()),
            Kind::Failure => (Method::POST, "agent/v1/failure".to_owned()),
            Kind::Receipt => (Method::POST, "agent/v1/receipt".to_owned()),
            Kind::Logs => {
                let action = letter.action.as_ref().map_or("none", Id::as_str);
                (Method::PUT, format!("agent/v1/logs/{action}"))
            }
        };
        let request = self.request(method, &path, letter.body.clone());
        let answer = self.exchange(request.header(AUTHORIZATION, bearer(key)?)).await?;
        // 2xx is an acknowledgement, whatever else can't be read.
        Ok(serde_json::from_slice(&answer).ok())
    }

    /// Tells a failure before there is a key: nobody has to believe it.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn cry(&self, failure: &Failure) -> Result<(), Declined> {
        self.exchange(self.request(Method::POST, "agent/v1/failure", body_of(failure)?)).await.map(drop)
    }

    /// Says goodbye.
    ///
    /// # Errors
    /// [`Declined`].
    pub async fn goodbye(&self, key: &AgentKey, goodbye: &Goodbye) -> Result<(), Declined> {
        let request = self.request(Method::POST, "agent/v1/goodbye", body_of(goodbye)?);
        self.exchange(request.header(AUTHORIZATION, bearer(key)?)).await.map(drop)
    }

    fn request(&self, method: Method, path: &str, body: Bytes) -> RequestBuilder {
        let mut url = self.server.url().clone();
        url.set_path(&format!("{}{path}", self.server.url().path()));
        self.http.request(method, url).header(CONTENT_TYPE, "application/json").body(body)
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Vec<u8>, Declined> {
        let server = self.server.url();
        let unreachable = |error: reqwest::Error| {
            Declined::later(format!("{server} can't be reached: {}", chain(&error.without_url())))
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.map(str::to_owned);
        let body = read_bounded(response).await.map_err(unreachable)?;
        verdict::judge(status, retry_after.as_deref(), &body)?;
        Ok(body)
    }
}

async fn read_bounded(mut response: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = ANSWER_LIMIT_BYTES.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= ANSWER_LIMIT_BYTES {
            break;
        }
    }
    Ok(body)
}

fn bearer(key: &AgentKey) -> Result<HeaderValue, Declined> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.reveal()))
        .map_err(|_| Declined::later("the agent's key makes no header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn body_of(message: &impl serde::Serialize) -> Result<Bytes, Declined> {
    let body = json::bytes(message);
    body.map(Bytes::from).map_err(|error| Declined::later(format!("the message can't be written: {error}")))
}
