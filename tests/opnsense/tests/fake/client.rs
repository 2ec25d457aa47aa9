//! A client that does as it is told.

use fake_opnsense::{FakeOpnSense, User};
use reqwest::redirect::Policy;
use serde_json::Value;

/// Talks with a fake.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    user: Option<User>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Reply {
    /// The body, as JSON where it is.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| Value::String(self.text.clone()))
    }
}

impl Client {
    pub(crate) fn new(fake: &FakeOpnSense, user: Option<User>) -> Self {
        let tls = pin::client_config(fake.fingerprint().parse().unwrap()).unwrap();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .build()
            .unwrap();
        Self { http, url: fake.url(), user }
    }

    pub(crate) fn root(fake: &FakeOpnSense) -> Self {
        Self::new(fake, Some(User::root()))
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method.parse().unwrap(), format!("{}/api/{path}", self.url));
        match &self.user {
            Some(user) => request.basic_auth(&user.key, Some(&user.secret)),
            None => request,
        }
    }

    pub(crate) async fn try_send(request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
        let response = request.send().await?;
        let headers = response.headers().clone();
        let content_type = headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
        Ok(Reply {
            status: response.status().as_u16(),
            content_type: content_type.unwrap_or_default(),
            text: response.text().await?,
            headers,
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Self::try_send(self.request("GET", path)).await.unwrap()
    }

    /// Posts JSON; with `null` nothing at all, but said to be nothing.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        Self::try_send(self.posting(path, body)).await.unwrap()
    }

    pub(crate) fn posting(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self.request("POST", path);
        match body {
            Value::Null => request.header("Content-Length", "0"),
            body => request.header("Content-Type", "application/json").body(body.to_string()),
        }
    }
}

/// A runtime for a test, with what TLS needs.
pub(crate) fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}
