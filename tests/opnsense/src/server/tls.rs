//! Its self-signed certificate, which can become another one while it runs.

use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use rcgen::{CertificateParams, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};

/// The certificate of now.
#[derive(Clone)]
pub(crate) struct Certificate(Arc<RwLock<Shown>>);

struct Shown {
    key: Arc<CertifiedKey>,
    pem: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).key))
    }
}

impl Certificate {
    /// A new one, for that address too.
    pub(crate) fn new(address: &str) -> io::Result<Self> {
        Ok(Self(Arc::new(RwLock::new(make(address)?))))
    }

    /// Becomes another one.
    pub(crate) fn change(&self, address: &str) -> io::Result<()> {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = make(address)?;
        Ok(())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).pem.clone()
    }

    /// SHA-256 of its DER.
    pub(crate) fn fingerprint(&self) -> String {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        shown.key.cert.first().map(|der| hex::encode(Sha256::digest(der))).unwrap_or_default()
    }

    /// Every handshake shows the certificate: none is taken up from before.
    pub(crate) fn server_config(&self) -> io::Result<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(config)
    }
}

fn make(address: &str) -> io::Result<Shown> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let names = ["OPNsense.internal", "localhost", address].map(str::to_owned);
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    params.is_ca = IsCa::ExplicitNoCa;
    let certificate = params.self_signed(&key).map_err(io::Error::other)?;
    let der: CertificateDer<'static> = certificate.der().clone();
    let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
    let signing = ring::sign::any_supported_type(&private).map_err(io::Error::other)?;
    Ok(Shown { key: Arc::new(CertifiedKey::new(vec![der], signing)), pem: certificate.pem() })
}
