//! Which certificate is believed to be the firewall's.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pin::Fingerprint;
use reqwest::redirect::Policy;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use serde::{Deserialize, Serialize};

use super::address::WebAddress;
use crate::error::GatewayError;

/// How long a firewall may take to show its certificate.
const LOOK_LIMIT: Duration = Duration::from_secs(10);

/// Whom a client believes. OPNsense makes a certificate of its own at first: pin that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Those whom this machine's own list of authorities speaks for.
    Public,
    /// Those whom this authority speaks for: its certificate, as PEM.
    Ca(String),
    /// The one certificate with this SHA-256, whatever its name and dates.
    Pin(#[serde(with = "fingerprint")] Fingerprint),
}

/// As people write it.
mod fingerprint {
    use pin::Fingerprint;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(pin: &Fingerprint, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(pin)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fingerprint, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Trust {
    /// A client's builder with this trust: it follows no redirect and uses no proxy, for the key goes with each request.
    pub(super) fn client(&self, address: &WebAddress) -> Result<reqwest::ClientBuilder, GatewayError> {
        let builder = reqwest::Client::builder().no_proxy().redirect(Policy::none());
        let unusable = |reason: String| GatewayError::Certificate { url: address.to_string(), reason };
        if *self != Self::Public && !address.is_https() {
            // Over plain HTTP nobody shows one, and the key would go to whoever listens there.
            return Err(unusable(
                "none is shown over http: give https://HOST, or trust no certificate".into(),
            ));
        }
        Ok(match self {
            Self::Public => {
                // Whoever runs the program may have chosen one already; without any there is no TLS.
                ring::default_provider().install_default().ok();
                builder
            }
            Self::Ca(pem) => builder.tls_backend_preconfigured(authority(pem).map_err(unusable)?),
            Self::Pin(pin) => builder.tls_backend_preconfigured(
                pin::client_config(*pin).map_err(|error| unusable(error.to_string()))?,
            ),
        })
    }
}

/// TLS that believes the authorities of this PEM and no others.
fn authority(pem: &str) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|error| format!("the authority's PEM can't be read: {error}"))?;
    }
    if roots.is_empty() {
        return Err(
            "the authority's PEM holds no certificate: it begins with -----BEGIN CERTIFICATE-----".into()
        );
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The fingerprint of the certificate that is shown at this address, for an operator to look at. Nothing is believed and
/// nothing is sent.
///
/// # Errors
/// [`GatewayError::Unreachable`] where nobody shows one.
pub async fn shown_certificate(address: &WebAddress) -> Result<Fingerprint, GatewayError> {
    let unreachable = |reason: String| GatewayError::Unreachable { url: address.to_string(), reason };
    let looker = Arc::new(Looker { seen: OnceLock::new(), provider: ring::default_provider() });
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unreachable(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(looker.clone())
        .with_no_client_auth();
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .timeout(LOOK_LIMIT)
        .tls_backend_preconfigured(config)
        .build()
        .map_err(|error| unreachable(error.to_string()))?;
    let outcome = http.get(address.api("")).send().await;
    match (looker.seen.get(), outcome) {
        (Some(seen), _) => Ok(*seen),
        (None, Ok(_)) => Err(unreachable("it shows no certificate: that is no https".into())),
        (None, Err(error)) => Err(unreachable(super::client::reason(&error))),
    }
}

/// Keeps what it sees, and believes nothing.
#[derive(Debug)]
struct Looker {
    seen: OnceLock<Fingerprint>,
    provider: CryptoProvider,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.seen.get_or_init(|| Fingerprint::of(end_entity));
        Err(Error::General("looked at only".into()))
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("looked at only".into()))
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("looked at only".into()))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
