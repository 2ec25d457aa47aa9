//! The server's own certificate. Nobody signs it: agents and the command line know it by its SHA-256.

use std::fs;
use std::path::Path;

use pin::Fingerprint;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::file::write_new;
use super::{DataDirError, file};

/// A certificate with its private key.
#[derive(Debug)]
pub struct Certificate {
    pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    fingerprint: Fingerprint,
}

impl Certificate {
    pub(super) fn load_or_create(
        certificate_path: &Path,
        key_path: &Path,
        names: Vec<String>,
    ) -> Result<Self, DataDirError> {
        if !certificate_path.exists() {
            let (certificate, key) = make(names).map_err(|error| DataDirError::Content {
                path: certificate_path.to_owned(),
                reason: error.to_string(),
            })?;
            // The key first: a certificate without its key would be taken for a finished pair.
            file::replace(key_path, &key)?;
            write_new(certificate_path, &certificate, 0o644)?;
        }
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|source| DataDirError::Read { path: path.to_owned(), source })
        };
        let content = |path: &Path, reason: String| DataDirError::Content { path: path.to_owned(), reason };
        let pem = read(certificate_path)?;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| content(certificate_path, error.to_string()))?;
        let first =
            chain.first().ok_or_else(|| content(certificate_path, "it holds no certificate".to_owned()))?;
        let fingerprint = Fingerprint::of(first);
        let key = PrivateKeyDer::from_pem_slice(read(key_path)?.as_bytes())
            .map_err(|error| content(key_path, error.to_string()))?;
        Ok(Self { pem, chain, key, fingerprint })
    }

    /// By what agents know it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// As `/boot/ca.pem` serves it.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// For the listeners.
    ///
    /// # Errors
    /// Certificate and key do not belong together.
    pub fn server_config(&self) -> Result<rustls::ServerConfig, rustls::Error> {
        let mut config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Valid from long ago and for long: agents don't look at the dates, and a browser asks once.
fn make(names: Vec<String>) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Muster");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2050, 1, 1);
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
