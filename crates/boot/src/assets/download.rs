//! Fetching an asset from a mirror: what breaks off goes on where it stopped, what changed in between begins anew, and only
//! the hash decides whether it is right.

mod certificate;
mod request;

use std::time::Duration;

use reqwest::Url;
use tokio::sync::watch;
use tokio::time::timeout;

use super::address::RefusedAddress;
use super::arrival::Arrival;
use super::authority::Authority;
use super::error::AssetError;
use super::folder::Assets;
use crate::asset::AssetId;
use request::{Answer, Fetcher};

/// Where an asset is fetched from.
#[derive(Debug, Clone)]
pub struct Source {
    /// `http://…` or `https://…`.
    pub url: Url,
    /// The server itself and its link may be fetched from, too.
    pub allow_local: bool,
    /// Who is believed beside the authorities that this machine knows.
    pub authorities: Vec<Authority>,
}

/// How long a mirror is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A mirror that says nothing for so long is given up.
    pub idle: Duration,
    /// How often in a row an attempt may fail without a byte.
    pub tries: u32,
    /// The pause after a failure; it doubles with each, up to a minute.
    pub pause: Duration,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Progress {
    /// What has arrived.
    pub received_bytes: u64,
    /// How much it will be, once the mirror said it.
    pub total_bytes: Option<u64>,
    /// Attempts that failed.
    pub failures: u32,
}

/// Why a download ended without its asset.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// Neither HTTP nor HTTPS.
    #[error("{0} begins with neither http:// nor https://")]
    Scheme(String),
    /// An address that nothing is fetched from.
    #[error(transparent)]
    Refused(#[from] RefusedAddress),
    /// Sent from one place to the next.
    #[error("{url} sends on more than {limit} times, at last to {last}")]
    Redirects {
        /// Where it began.
        url: String,
        /// How often is allowed.
        limit: usize,
        /// Where it would have gone on.
        last: String,
    },
    /// Sent on to nowhere.
    #[error("{url} sends on to {to:?}, which is no address")]
    Nowhere {
        /// Which address.
        url: String,
        /// What it says.
        to: String,
    },
    /// An answer that will not change.
    #[error("{url} answers {status}")]
    Status {
        /// Which address.
        url: String,
        /// What it says.
        status: reqwest::StatusCode,
    },
    /// It can't prove who it is.
    #[error("{url}: its certificate {fault}")]
    Certificate {
        /// Which address.
        url: String,
        /// What is wrong with it.
        fault: String,
    },
    /// A failure that may pass.
    #[error("{url}: {reason}")]
    Passing {
        /// Which address.
        url: String,
        /// What happened.
        reason: String,
    },
    /// It did not pass.
    #[error(
        "given up after {failures} attempts. The last one: {last}. What arrived is kept for a day; the same command goes on from there"
    )]
    GivenUp {
        /// How many failed.
        failures: u32,
        /// The last of them.
        last: Box<DownloadError>,
    },
    /// The asset, or the disk.
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// No client.
    #[error("can't make an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// An origin that breaks off after some bytes each time is given up at last.
const FAILURES: u32 = 100;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Default for Patience {
    fn default() -> Self {
        Self { idle: Duration::from_secs(60), tries: 6, pause: Duration::from_secs(1) }
    }
}

/// A URL without what may be secret in it: for lists, logs and messages.
#[must_use]
pub fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.set_username("").ok();
    url.set_password(None).ok();
    url.into()
}

/// Fetches an asset into the folder; answers its size.
///
/// # Errors
/// [`DownloadError`]. What arrived stays, to go on from, unless it is wrong or the disk is full.
pub async fn download(
    assets: &Assets,
    id: AssetId,
    source: &Source,
    patience: Patience,
    progress: &watch::Sender<Progress>,
) -> Result<u64, DownloadError> {
    let fetcher = Fetcher::new(source, patience.idle)?;
    let mut offset = assets.received_bytes(&id).await?;
    loop {
        let Some(mut arrival) = assets.receive(id, None, offset).await? else {
            return Ok(assets.kept(&id).await?.unwrap_or(0));
        };
        fetch(&fetcher, &mut arrival, patience, progress).await?;
        match arrival.finish().await {
            // Parts of two different files do not make one: once more, from the beginning.
            Err(AssetError::Hash { .. }) if fetcher.went_on() || offset > 0 => {
                fetcher.forget();
                offset = 0;
            }
            ended => return Ok(ended?),
        }
    }
}

/// Attempts until all has arrived.
async fn fetch(
    fetcher: &Fetcher,
    arrival: &mut Arrival,
    patience: Patience,
    progress: &watch::Sender<Progress>,
) -> Result<(), DownloadError> {
    let (mut failures, mut in_a_row, mut pause) = (0, 0, patience.pause);
    loop {
        let before = arrival.received_bytes();
        let ended = attempt(fetcher, arrival, patience.idle, progress).await;
        let Err(error) = ended else { return Ok(()) };
        if !matches!(error, DownloadError::Passing { .. }) {
            return Err(error);
        }
        failures += 1;
        if arrival.received_bytes() > before {
            (in_a_row, pause) = (0, patience.pause);
        }
        in_a_row += 1;
        progress.send_modify(|progress| progress.failures = failures);
        if in_a_row >= patience.tries || failures >= FAILURES {
            return Err(DownloadError::GivenUp { failures, last: Box::new(error) });
        }
        tracing::info!(%error, "a download goes on after a pause");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn attempt(
    fetcher: &Fetcher,
    arrival: &mut Arrival,
    idle: Duration,
    progress: &watch::Sender<Progress>,
) -> Result<(), DownloadError> {
    let (mut response, url) = match fetcher.ask(arrival.received_bytes()).await? {
        Answer::Whole(response, url) => {
            arrival.restart().await?;
            (response, url)
        }
        Answer::Rest(response, url) => (response, url),
        Answer::Nothing => return Ok(()),
        Answer::Changed { url, reason } => {
            arrival.restart().await?;
            fetcher.forget();
            return Err(DownloadError::Passing { url, reason });
        }
    };
    let rest_bytes = response.content_length();
    let total_bytes = rest_bytes.map(|rest| rest.saturating_add(arrival.received_bytes()));
    if let Some(total_bytes) = total_bytes {
        arrival.announce(total_bytes).await?;
    }
    let passing = |reason: String| DownloadError::Passing { url: url.clone(), reason };
    loop {
        let received_bytes = arrival.received_bytes();
        progress.send_modify(|progress| {
            (progress.received_bytes, progress.total_bytes) = (received_bytes, total_bytes)
        });
        match timeout(idle, response.chunk()).await {
            Ok(Ok(Some(bytes))) => arrival.write(&bytes).await?,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(_)) => return Err(passing(format!("it broke off after {received_bytes} bytes"))),
            Err(_) => return Err(passing(format!("it fell silent after {received_bytes} bytes"))),
        }
    }
}
