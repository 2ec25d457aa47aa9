//! The HTTP client behind every command: finds the server and the token, and turns problems into words.

use std::time::Duration;

use anyhow::{Context as _, bail};
use inventory::Problem;
use pin::Fingerprint;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Global;
use crate::data_dir::DataDir;

/// A connection to one server, as an operator.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    /// The server that the flags name, or else the one on this machine.
    pub(super) fn find(global: &Global) -> anyhow::Result<Self> {
        let data_dir = DataDir::new(&global.data_dir);
        let (base, pin) = match &global.server {
            Some(server) => (server.trim_end_matches('/').to_owned(), global.pin.clone()),
            None => {
                let endpoint = data_dir.endpoint()?.with_context(|| {
                    format!(
                        "no server has run in {}: start `muster serve`, name its folder with --data-dir, or a server elsewhere with --server",
                        global.data_dir.display()
                    )
                })?;
                (endpoint.url, Some(endpoint.pin))
            }
        };
        let token = match &global.token {
            Some(token) => token.clone(),
            None if global.server.is_some() => {
                bail!("no token for {base}: give it with --token or MUSTER_TOKEN")
            }
            None => {
                let path = data_dir.admin_token_path();
                std::fs::read_to_string(&path)
                    .with_context(|| format!("can't read the token {}", path.display()))?
            }
        };
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5));
        let builder = match (base.starts_with("https://"), pin) {
            (true, Some(pin)) => {
                let pin: Fingerprint = pin.parse().context("--pin")?;
                builder.tls_backend_preconfigured(pin::client_config(pin)?)
            }
            (true, None) => bail!(
                "which certificate does {base} have? Give its SHA-256 with --pin: `muster serve` prints it"
            ),
            (false, _) => builder,
        };
        Ok(Self {
            http: builder.build().context("can't make an HTTP client")?,
            base,
            token: token.trim().to_owned(),
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.answer(self.request(Method::GET, path)).await
    }

    /// An answer whose body comes piece by piece.
    pub(super) async fn open(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        let response = self.send(self.request(Method::GET, path)).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.bytes().await.context("the server's answer broke off")?;
        Err(self.refusal(status, &body))
    }

    /// Reads text.
    pub(super) async fn get_text(&self, path: &str) -> anyhow::Result<String> {
        let request = self.request(Method::GET, path);
        let body = self.exchange(request).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Begins to read a file.
    pub(super) async fn get_file(&self, path: &str) -> anyhow::Result<reqwest::Response> {
        let response = self.request(Method::GET, path).send().await.with_context(|| self.out_of_reach())?;
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, body) = (response.status(), response.bytes().await.unwrap_or_default());
        Err(self.refusal(status, &body))
    }

    pub(super) async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> anyhow::Result<T> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    pub(super) async fn post_bytes<T: DeserializeOwned>(
        &self,
        path: &str,
        body: reqwest::Body,
    ) -> anyhow::Result<T> {
        self.answer(self.request(Method::POST, path).body(body)).await
    }

    /// Sends `body` as it is.
    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: reqwest::Body,
    ) -> anyhow::Result<T> {
        self.answer(self.request(Method::PUT, path).body(body)).await
    }

    /// The same, said to be JSON.
    pub(super) async fn put_json<T: DeserializeOwned>(&self, path: &str, body: Vec<u8>) -> anyhow::Result<T> {
        let request = self.request(Method::PUT, path).header("Content-Type", "application/json");
        self.answer(request.body(body)).await
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.answer(self.request(Method::DELETE, path)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    async fn answer<T: DeserializeOwned>(&self, request: RequestBuilder) -> anyhow::Result<T> {
        let body = self.exchange(request).await?;
        // An answer without a body reads as `null`, which `()` is made of.
        let body = if body.is_empty() { b"null".as_slice() } else { &body };
        serde_json::from_slice(body).context("the server's answer can't be read: is it of another version?")
    }

    async fn send(&self, request: RequestBuilder) -> anyhow::Result<reqwest::Response> {
        request.send().await.with_context(|| self.out_of_reach())
    }

    async fn exchange(&self, request: RequestBuilder) -> anyhow::Result<bytes::Bytes> {
        let response = self.send(request).await?;
        let status = response.status();
        let body = response.bytes().await.context("the server's answer broke off")?;
        if status.is_success() { Ok(body) } else { Err(self.refusal(status, &body)) }
    }

    fn out_of_reach(&self) -> String {
        format!("can't reach the server at {}; is it running?", self.base)
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> anyhow::Error {
        match serde_json::from_slice::<Problem>(body) {
            Ok(problem) => {
                let detail = problem.detail.unwrap_or_else(|| status.to_string());
                Refused { status, text: format!("{}: {detail}", problem.title) }.into()
            }
            Err(_) if status == StatusCode::NOT_FOUND => {
                let text = format!(
                    "the server at {} does not know this: is it a Muster of this version?",
                    self.base
                );
                Refused { status, text }.into()
            }
            Err(_) => Refused { status, text: format!("the server answered {status}") }.into(),
        }
    }
}

/// The server's no.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct Refused {
    /// How it said it.
    pub(super) status: StatusCode,
    text: String,
}
