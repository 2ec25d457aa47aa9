//! Where an OPNsense is: the address of its web page.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;

/// The address of an OPNsense's web page, without a path: `https://192.168.1.1` or `https://fw.example.lan:8443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress(Url);

/// Why a text is no [`WebAddress`]. It does not repeat the text: people paste keys where addresses belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// No URL at all.
    #[error("that is no address of an OPNsense: expected https://HOST or https://HOST:PORT")]
    NotAUrl,
    /// Something else than `https`.
    #[error(
        "an OPNsense is spoken to over https only, for the key goes with each request: give https://HOST"
    )]
    NotHttps,
    /// A name or password in it.
    #[error("key and secret don't belong into the address: keep them in Muster's secret store")]
    UserInfo,
    /// A path, a query or a fragment.
    #[error("a path does not belong into the address: give https://HOST or https://HOST:PORT")]
    Path,
}

impl WebAddress {
    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Whether a certificate is shown there.
    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of an action: `dnsmasq/settings/get`.
    pub(super) fn api(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("/api/{path}"));
        url
    }
}

impl FromStr for WebAddress {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let url = Url::parse(text.trim()).map_err(|_| InvalidAddress::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidAddress::UserInfo);
        }
        match url.scheme() {
            "https" => {}
            // For a tunnel's end, and for tests.
            "http" if is_loopback(&url) => {}
            "http" => return Err(InvalidAddress::NotHttps),
            _ => return Err(InvalidAddress::NotAUrl),
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidAddress::Path);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_over_https() {
        for (text, shown, port) in [
            ("https://192.168.1.1", "https://192.168.1.1", 443),
            (" https://fw.example.lan:8443/\n", "https://fw.example.lan:8443", 8443),
            ("https://[fd00::1]:444", "https://[fd00::1]:444", 444),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", 8080),
            ("http://[::1]:8080", "http://[::1]:8080", 8080),
        ] {
            let address: WebAddress = text.parse().unwrap();
            assert_eq!((address.to_string().as_str(), address.port()), (shown, port));
            assert_eq!(address.api("a/b").as_str(), format!("{shown}/api/a/b"));
        }
    }

    #[test]
    fn anything_else_is_refused_and_a_password_is_not_repeated() {
        for (text, why) in [
            ("192.168.1.1", "no address"),
            ("", "no address"),
            ("ssh://fw", "no address"),
            ("http://192.168.1.1", "over https only"),
            ("http://localhost.example.org", "over https only"),
            ("https://key:s3cret@fw", "secret store"),
            ("https://s3cret@fw", "secret store"),
            ("key:s3cret@", "no address"),
            ("key:s3cret", "no address"),
            ("https://fw/s3cret", "a path does not belong"),
            ("https://fw/api/", "a path does not belong"),
            ("https://fw/?a=b", "a path does not belong"),
            ("https://fw#x", "a path does not belong"),
        ] {
            let error = text.parse::<WebAddress>().unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("s3cret"), "{text}: {error}");
        }
    }
}
