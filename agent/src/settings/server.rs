//! Whom to report to.

use pin::Fingerprint;
use reqwest::Url;

use super::InvalidSettings;

/// A server, and the one certificate that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    url: Url,
    pin: Option<Fingerprint>,
}

impl Server {
    /// Checks the URL that was given at `place`.
    ///
    /// # Errors
    /// [`InvalidSettings`].
    pub fn new(url: &str, place: &str, pin: Option<Fingerprint>) -> Result<Self, InvalidSettings> {
        let invalid =
            |reason: &str| InvalidSettings::Invalid { place: place.to_owned(), reason: reason.to_owned() };
        let mut url = Url::parse(url)
            .map_err(|error| invalid(&format!("that is no URL such as https://10.0.0.2:8443 ({error})")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(invalid("expected a URL such as https://10.0.0.2:8443"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid(
                "a name or password in the URL is of no use: the agent has a key of its own",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("expected an address without '?' and '#'"));
        }
        // A path without a slash at its end would lose its last part when the rest is joined to it.
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        match (url.scheme(), pin) {
            ("https", None) => Err(InvalidSettings::NoPin(url.into())),
            ("http", Some(_)) => Err(InvalidSettings::PinWithoutTls(url.into())),
            ("http", None) if !is_loopback(&url) => Err(InvalidSettings::PlainHttp(url.into())),
            _ => Ok(Self { url, pin }),
        }
    }

    /// Where it is; the path ends with a slash.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The certificate that it shows.
    #[must_use]
    pub const fn pin(&self) -> Option<Fingerprint> {
        self.pin
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
