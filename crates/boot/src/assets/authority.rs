//! The certificate of an authority that an operator trusts beside the usual ones: a mirror of his own may be known by no other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};

/// In one file; a whole trust store belongs to the server's own machine.
const MAX_IN_A_FILE: usize = 16;

/// An authority's certificate; in JSON the base64 of its DER.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Authority(CertificateDer<'static>);

/// What is no authority's certificate, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAuthority {
    /// Another kind of file.
    #[error("no certificate is in it: expected PEM, which begins with -----BEGIN CERTIFICATE-----")]
    None,
    /// A whole store, or a mistake.
    #[error("there are more than {MAX_IN_A_FILE} certificates in it: name the authority's own")]
    TooMany,
    /// It is cut off, or not base64.
    #[error("its certificate number {number} is damaged")]
    Damaged {
        /// Which, counted from 1.
        number: usize,
    },
    /// The bytes are no certificate.
    #[error("it is no certificate that can be read: {0}")]
    Unreadable(String),
}

impl Authority {
    /// The certificates in a file.
    ///
    /// # Errors
    /// [`InvalidAuthority`].
    pub fn read_pem(file: &[u8]) -> Result<Vec<Self>, InvalidAuthority> {
        let mut authorities = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(file) {
            let number = authorities.len() + 1;
            if number > MAX_IN_A_FILE {
                return Err(InvalidAuthority::TooMany);
            }
            authorities.push(Self::new(certificate.map_err(|_| InvalidAuthority::Damaged { number })?)?);
        }
        if authorities.is_empty() { Err(InvalidAuthority::None) } else { Ok(authorities) }
    }

    fn new(der: CertificateDer<'static>) -> Result<Self, InvalidAuthority> {
        // What TLS would stumble over only when the mirror is asked.
        let read = RootCertStore::empty().add(der.clone());
        read.map(|()| Self(der)).map_err(|error| InvalidAuthority::Unreadable(error.to_string()))
    }

    /// As an HTTP client takes it.
    ///
    /// # Errors
    /// None for what was read here.
    pub fn certificate(&self) -> reqwest::Result<reqwest::Certificate> {
        reqwest::Certificate::from_der(&self.0)
    }
}

impl TryFrom<String> for Authority {
    type Error = InvalidAuthority;

    fn try_from(text: String) -> Result<Self, InvalidAuthority> {
        let der = STANDARD.decode(text).map_err(|error| InvalidAuthority::Unreadable(error.to_string()))?;
        Self::new(der.into())
    }
}

impl From<Authority> for String {
    fn from(authority: Authority) -> Self {
        STANDARD.encode(&authority.0)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authority({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    fn pem() -> String {
        let key = KeyPair::generate().unwrap();
        CertificateParams::new(vec!["mirror.lan".to_owned()]).unwrap().self_signed(&key).unwrap().pem()
    }

    #[test]
    fn a_file_is_read_and_sent_on_and_what_is_none_is_said() {
        let (one, other) = (pem(), pem());
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        let both = Authority::read_pem(format!("a comment\n{one}{key}{other}").as_bytes()).unwrap();
        assert_eq!(both.len(), 2);
        let sent = serde_json::to_string(&both).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Authority>>(&sent).unwrap(), both);
        let cut = &one[..one.len() / 2];
        let not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (file, says) in [
            (String::new(), "no certificate"),
            (key.to_owned(), "no certificate"),
            ("\u{0}\u{1}".to_owned(), "no certificate"),
            (cut.to_owned(), "damaged"),
            (format!("{one}{cut}"), "number 2"),
            (one.replace('M', "!"), "damaged"),
            (not_der.to_owned(), "can be read"),
            (one.repeat(17), "more than 16"),
        ] {
            let said = Authority::read_pem(file.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(says), "{says}: {said}");
        }
        for wrong in ["\"!\"", "\"AAAA\"", "5"] {
            assert!(serde_json::from_str::<Authority>(wrong).is_err(), "{wrong}");
        }
    }
}
