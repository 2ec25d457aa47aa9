//! The TLS side: a verifier that knows one certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use crate::fingerprint::Fingerprint;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The cryptography in this build has no protocol version in common with rustls' defaults.
    #[error("preparing TLS: this build offers no safe protocol version")]
    NoProtocolVersion(#[source] Error),
}

/// The server showed another certificate than the one that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the server's certificate has the SHA-256 fingerprint {presented}, but {expected} is trusted: \
     either this is another server, or its certificate was replaced and the new fingerprint has to be given"
)]
pub struct Mismatch {
    /// What is trusted.
    pub expected: Fingerprint,
    /// What was shown.
    pub presented: Fingerprint,
}

/// A client's TLS that accepts the one certificate, and offers HTTP/1.1.
///
/// # Errors
/// [`PinError`], where the build itself is at fault.
pub fn client_config(expected: Fingerprint) -> Result<ClientConfig, PinError> {
    let provider = Arc::new(crypto::ring::default_provider());
    let verifier = Arc::new(OneCertificate::new(expected, &provider));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(PinError::NoProtocolVersion)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[derive(Debug)]
struct OneCertificate {
    expected: Fingerprint,
    algorithms: WebPkiSupportedAlgorithms,
}

impl OneCertificate {
    fn new(expected: Fingerprint, provider: &CryptoProvider) -> Self {
        Self { expected, algorithms: provider.signature_verification_algorithms }
    }
}

impl ServerCertVerifier for OneCertificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let presented = Fingerprint::of(end_entity);
        if presented == self.expected {
            return Ok(ServerCertVerified::assertion());
        }
        let mismatch = Mismatch { expected: self.expected, presented };
        // Not `CertificateError::Other`: rustls prints that one as `Debug`, which no operator can read.
        Err(Error::Other(OtherError(Arc::new(mismatch))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
