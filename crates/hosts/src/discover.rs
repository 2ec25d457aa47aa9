//! The Discover score: the machines of the site become known.
//!
//! It gathers from three sides. Agents announce themselves by mDNS, or are found by asking every address of the declared
//! networks on the agent's port; both are then scraped, and what a scrape brings is a claim at most on a host that is
//! approved. Meanwhile machines that boot from the network enrol by themselves: the score waits until as many as were asked
//! for are there. It never looks outside of the networks that the site declares; where none are declared, it only waits.

mod addresses;
mod browse;
mod gather;
mod packet;
mod params;
mod scraper;
mod summary;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream;
use ipnet::IpNet;
use scores::{JobContext, Score, ScoreError};
use serde_json::Value;

pub use scraper::{AGENT_PORT, ScrapeError, ScrapeKey, Scraper};

use self::addresses::addresses;
use self::browse::{Browse, browse};
use self::gather::Gather;
use self::params::Params;
use self::summary::summary;
use crate::collide::ALIVE;
use crate::enrol::IntakeLimits;
use crate::host::Source;
use crate::store::list::{Present, count_present};

/// How often the table is looked at while waiting: an agent's first report is a second's work.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Gathers the machines of the site from enrolments, mDNS and a sweep.
pub struct Discover {
    networks: Vec<IpNet>,
    scraper: Arc<Scraper>,
    limits: IntakeLimits,
    browse: Browse,
}

impl Discover {
    /// In these networks, with this scraper.
    #[must_use]
    pub fn new(networks: Vec<IpNet>, scraper: Scraper, limits: IntakeLimits) -> Self {
        Self {
            networks: IpNet::aggregate(&networks),
            scraper: Arc::new(scraper),
            limits,
            browse: Browse::default(),
        }
    }

    async fn announced(&self, gather: &Gather<'_>) -> Result<(), ScoreError> {
        let step = gather.job.step("Ask by mDNS who runs an agent").await?;
        if self.networks.is_empty() {
            return step.done(NO_NETWORKS).await;
        }
        match browse(&self.networks, self.browse).await {
            Ok(announced) => {
                let found = announced.len();
                let tally = gather.take(&step, Source::Mdns, stream::iter(announced), found).await?;
                step.done(format!("{found} answered; {tally}")).await
            }
            // What can't be asked by mDNS may still be found by the sweep.
            Err(error) => step.fail(error.to_string()).await,
        }
    }

    async fn swept(&self, gather: &Gather<'_>) -> Result<(), ScoreError> {
        let step = gather.job.step(format!("Ask every address on port {}", self.scraper.port())).await?;
        if self.networks.is_empty() {
            return step.done(NO_NETWORKS).await;
        }
        let addresses = addresses(&self.networks).map_err(|error| ScoreError::Refused(error.to_string()))?;
        let count = addresses.len();
        let tally = gather.take(&step, Source::Sweep, stream::iter(addresses), count).await?;
        step.done(format!("{count} addresses asked; {tally}")).await
    }

    async fn waited(
        &self,
        job: &JobContext,
        wanted: u32,
        timeout: Duration,
        present: Present,
    ) -> Result<i64, ScoreError> {
        let step = job.step(format!("Wait until {wanted} {} there", plural(wanted))).await?;
        let deadline = tokio::time::Instant::now() + timeout;
        let mut told = -1;
        loop {
            let there = count_present(job.store().readers(), present).await?;
            if there >= i64::from(wanted) {
                step.done(format!("{there} of {wanted}")).await?;
                return Ok(there);
            }
            if told != there {
                step.note(format!("{there} of {wanted}")).await?;
                told = there;
            }
            if tokio::time::Instant::now() >= deadline {
                step.fail(format!("{there} of {wanted} after {} s", timeout.as_secs())).await?;
                return Ok(there);
            }
            tokio::time::sleep_until(deadline.min(tokio::time::Instant::now() + LOOK_EVERY)).await;
        }
    }

    async fn discover(&self, job: JobContext, params: Params) -> Result<Value, ScoreError> {
        let began = job.now();
        let present = Present { found_since: began, seen_since: began.minus(ALIVE) };
        let gather = Gather { job: &job, scraper: &self.scraper, limits: self.limits };
        if params.mdns {
            self.announced(&gather).await?;
        }
        if params.sweep {
            self.swept(&gather).await?;
        }
        let mut missing = None;
        if let Some(wanted) = params.wait_for {
            let there = self.waited(&job, wanted, params.timeout(), present).await?;
            missing =
                (there < i64::from(wanted)).then(|| format!("{there} of {wanted} {} there", plural(wanted)));
        }
        let summary = summary(&job, began, present).await?;
        match missing {
            Some(reason) => Err(ScoreError::Incomplete { reason, summary }),
            None => Ok(summary),
        }
    }
}

const NO_NETWORKS: &str = "no networks declared, skipped";

const fn plural(count: u32) -> &'static str {
    if count == 1 { "host is" } else { "hosts are" }
}

impl Score for Discover {
    fn name(&self) -> &'static str {
        "Discover"
    }

    fn description(&self) -> &'static str {
        "the machines of the site are known: from enrolments, mDNS and a sweep of the declared networks"
    }

    fn plan(&self, params: &Value) -> Result<Vec<String>, ScoreError> {
        let params = Params::read(params)?;
        let mut plan = Vec::new();
        let networks = self.networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if params.mdns && !self.networks.is_empty() {
            plan.push(format!(
                "I would ask by mDNS who runs an agent in {networks}, and read its inventory."
            ));
        }
        if params.sweep && !self.networks.is_empty() {
            let count =
                addresses(&self.networks).map_err(|error| ScoreError::Refused(error.to_string()))?.len();
            let port = self.scraper.port();
            plan.push(format!("I would try port {port} of {count} addresses in {networks}, and read the inventory of each agent there."));
        }
        if self.networks.is_empty() && (params.mdns || params.sweep) {
            plan.push("I would ask nobody: the site declares no networks.".to_owned());
        }
        if let Some(wanted) = params.wait_for {
            let secs = params.timeout().as_secs();
            plan.push(format!(
                "I would wait, for {secs} s at most, until {wanted} {} there.",
                plural(wanted)
            ));
        }
        plan.push("I would record what is found: nothing of an approved host changes.".to_owned());
        Ok(plan)
    }

    fn run<'a>(&'a self, job: JobContext, params: Value) -> BoxFuture<'a, Result<Value, ScoreError>> {
        async move { self.discover(job, Params::read(&params)?).await }.boxed()
    }
}

impl fmt::Debug for Discover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discover").field("networks", &self.networks).finish_non_exhaustive()
    }
}
