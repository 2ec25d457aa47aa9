//! Where a server is reached: one that runs in the test, or the real program.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;

use crate::support::asset_id;

/// A server's address, and who its operator is.
pub(crate) struct Reach {
    pub(crate) base: String,
    pub(crate) token: String,
    client: Client,
}

impl Reach {
    pub(crate) fn new(base: String, token: String) -> Self {
        Self { base, token, client: client(None) }
    }

    /// A request without credentials.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// The same from another address of the loopback network.
    pub(crate) fn request_from(&self, address: &str, method: Method, path: &str) -> RequestBuilder {
        client(Some(address.parse().unwrap())).request(method, format!("{}{path}", self.base))
    }

    /// A request of the operator's.
    pub(crate) fn operator(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).bearer_auth(&self.token)
    }

    /// What the operator reads at `path`.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let response = self.operator(Method::GET, path).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The open incidents of this rule, once there are so many.
    pub(crate) async fn incidents(&self, rule: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let open = self.read("/api/v1/incidents?state=open").await;
            let of_rule: Vec<Value> =
                open["items"].as_array().unwrap().iter().filter(|one| one["rule"] == rule).cloned().collect();
            if of_rule.len() == count {
                return of_rule;
            }
            assert!(Instant::now() < deadline, "{open:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Uploads an asset.
    pub(crate) async fn upload(&self, name: &str, kind: &str, bytes: &[u8]) -> Response {
        let (asset, size_bytes) = (asset_id(bytes), bytes.len());
        let path = format!("/api/v1/assets/{asset}?name={name}&kind={kind}&size_bytes={size_bytes}");
        self.operator(Method::PUT, &path).body(bytes.to_vec()).send().await.unwrap()
    }
}

/// Who asks from this address.
pub(crate) fn client(local: Option<IpAddr>) -> Client {
    Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .local_address(local)
        .timeout(Duration::from_secs(30))
        .build()
        .unwrap()
}
