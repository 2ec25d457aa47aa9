//! Whose certificate is trusted: what was said, a public authority's, or one that the operator looked at.

use std::path::Path;

use anyhow::ensure;
use gateway::opnsense::Trust;
use pin::Fingerprint;

use super::super::asker::Asker;
use super::read_pem;
use crate::api::v1::gateways::setup::{Certificate, Look};
use crate::cli::client::Client;

/// What was said.
pub(super) fn given(pin: Option<Fingerprint>, ca: Option<&Path>) -> anyhow::Result<Option<Trust>> {
    Ok(match (pin, ca) {
        (Some(pin), _) => Some(Trust::Pin(pin)),
        (None, Some(ca)) => Some(Trust::Ca(read_pem(ca)?)),
        (None, None) => None,
    })
}

/// What the gateway shows.
pub(super) async fn look(url: &str, client: &Client) -> anyhow::Result<Certificate> {
    client.post("/api/v1/gateway-certificate", &Look { url: url.to_owned() }).await
}

/// What is missing where nobody can be asked.
pub(super) fn missing(shown: &Certificate) -> Option<String> {
    (!shown.is_public).then(|| {
        format!(
            "whose certificate is trusted: --ca FILE, or --pin {} if that is the gateway's own, which is shown there now",
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
