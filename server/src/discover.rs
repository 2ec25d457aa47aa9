//! The Discover score, with what only the server knows: its networks, its limits, and the key that agents ask for.

use std::sync::Arc;

use futures_util::FutureExt as _;
use hosts::{Discover, IntakeLimits, ScrapeError, ScrapeKey, Scraper};
use scores::Score;
use secrets::Secrets;

use crate::settings::Settings;

/// The secret that holds the key for agents that run with `--scrape key`.
const KEY_SECRET: &str = "agent-scrape-key";

/// Makes the score.
///
/// # Errors
/// No HTTP client could be made.
pub(crate) fn score(settings: &Settings, secrets: Secrets) -> Result<Arc<dyn Score>, ScrapeError> {
    let key: ScrapeKey = Arc::new(move || {
        let secrets = secrets.clone();
        async move {
            let value = secrets.get(&KEY_SECRET.parse().ok()?).await.ok()?;
            value.reveal_text().map(str::to_owned)
        }
        .boxed()
    });
    let scraper = Scraper::new(settings.networks.clone(), key)?;
    let limits = IntakeLimits { unapproved_hosts: settings.agents.max_unapproved };
    Ok(Arc::new(Discover::new(settings.networks.clone(), scraper, limits)))
}
