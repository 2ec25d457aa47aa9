//! Whose certificate is trusted: what was said, a public authority's, or one that the operator looked at.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use gateway::opnsense::Trust;
use pin::Fingerprint;

use super::asker::Asker;
use crate::api::v1::gateways::setup::{Certificate, Look};
use crate::cli::client::Client;

// Not `--pin`: that is the certificate of Muster's own server.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TrustArgs {
    /// SHA-256 of the gateway's certificate, which alone is trusted then
    #[arg(long, value_name = "SHA256")]
    fingerprint: Option<Fingerprint>,
    /// The authority that vouches for the gateway's certificate (PEM)
    #[arg(long, value_name = "FILE", conflicts_with = "fingerprint")]
    ca: Option<PathBuf>,
}

impl TrustArgs {
    /// What was said.
    pub(super) fn given(&self) -> anyhow::Result<Option<Trust>> {
        Ok(match (self.fingerprint, &self.ca) {
            (Some(pin), _) => Some(Trust::Pin(pin)),
            (None, Some(ca)) => Some(Trust::Ca(read_pem(ca)?)),
            (None, None) => None,
        })
    }
}

/// What the gateway shows.
pub(super) async fn look(url: &str, client: &Client) -> anyhow::Result<Certificate> {
    client.post("/api/v1/gateway-certificate", &Look { url: url.to_owned() }).await
}

/// What is missing where nobody can be asked.
pub(super) fn missing(shown: &Certificate) -> Option<String> {
    (!shown.is_public).then(|| {
        format!(
            "whose certificate is trusted: --ca FILE, or --fingerprint {} if that is the gateway's own, which is shown there now",
            shown.sha256
        )
    })
}

/// A public authority's is trusted; any other one is shown, and the operator says whether it is the right one.
pub(super) fn ask(url: &str, shown: &Certificate, asker: &mut dyn Asker) -> anyhow::Result<Trust> {
    if shown.is_public {
        return Ok(Trust::Public);
    }
    asker.say(&format!(
        "{url} has a certificate that no public authority vouches for. Its SHA-256:\n\n    {}\n\n\
         OPNsense shows it at System › Trust › Certificates; a browser shows it beside the address.",
        shown.sha256
    ));
    ensure!(
        asker.agrees("Is that the gateway's own certificate?")?,
        "the certificate is not trusted: nothing was done"
    );
    Ok(Trust::Pin(shown.sha256.parse()?))
}

/// Reads a PEM file.
fn read_pem(path: &Path) -> anyhow::Result<String> {
    let pem = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    ensure!(
        pem.contains("-----BEGIN CERTIFICATE-----"),
        "{} is no certificate in PEM: it should begin with -----BEGIN CERTIFICATE-----",
        path.display()
    );
    Ok(pem)
}
