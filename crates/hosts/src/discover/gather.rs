//! Scraping many addresses, some at a time, and writing down what they say. One that fails loses only itself.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use ::store::Tx;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt as _};
use inventory::Report;
use scores::{JobContext, ScoreError, Step};
use tokio::net::TcpStream;

use super::scraper::Scraper;
use crate::enrol::IntakeLimits;
use crate::error::HostError;
use crate::host::Source;
use crate::scraped::{Scraped, record_scrape};

/// Addresses that are asked at once.
const AT_ONCE: usize = 64;
/// How long a machine may take to take a connection.
const CONNECT: Duration = Duration::from_millis(300);

/// Who gathers.
pub(crate) struct Gather<'a> {
    pub(crate) job: &'a JobContext,
    pub(crate) scraper: &'a Scraper,
    pub(crate) limits: IntakeLimits,
}

/// What was gathered.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    asked: usize,
    read: usize,
    new: usize,
    changed: usize,
    claims: usize,
    failed: usize,
    last_failure: Option<String>,
}

/// What one address brought.
enum Brought {
    /// Nothing listens there.
    Nothing,
    Host(Scraped),
    Failure(String),
}

impl Gather<'_> {
    /// Asks all `addresses`; says in the step how far it is.
    pub(crate) async fn take(
        &self,
        step: &Step,
        source: Source,
        addresses: impl Stream<Item = IpAddr>,
        count: usize,
    ) -> Result<Tally, ScoreError> {
        let mut tally = Tally::default();
        let mut asked = std::pin::pin!(addresses.map(|ip| self.ask(source, ip)).buffer_unordered(AT_ONCE));
        while let Some(brought) = asked.next().await {
            tally.count(brought?);
            if tally.asked % AT_ONCE == 0 {
                step.note(format!("{} of {count} asked; {tally}", tally.asked)).await?;
            }
        }
        Ok(tally)
    }

    async fn ask(&self, source: Source, ip: IpAddr) -> Result<Brought, ScoreError> {
        let address = match self.scraper.socket(ip) {
            Ok(address) => address,
            Err(error) => return Ok(Brought::Failure(error.to_string())),
        };
        // Most addresses are silent; a full HTTP time limit for each would take the day.
        if !matches!(tokio::time::timeout(CONNECT, TcpStream::connect(address)).await, Ok(Ok(_))) {
            return Ok(Brought::Nothing);
        }
        let report = match self.scraper.scrape(ip).await {
            Ok(report) => report,
            Err(error) => return Ok(Brought::Failure(chain(&error))),
        };
        match self.record(source, ip, report).await {
            Ok(scraped) => Ok(Brought::Host(scraped)),
            Err(HostError::Store(error)) => Err(error.into()),
            Err(error) => Ok(Brought::Failure(format!("{address}: {error}"))),
        }
    }

    async fn record(&self, source: Source, ip: IpAddr, report: Report) -> Result<Scraped, HostError> {
        let (limits, now) = (self.limits, self.job.now());
        self.job
            .store()
            .write(move |tx: &mut Tx| {
                Box::pin(async move { record_scrape(tx, source, ip, &report, &limits, now).await })
                    as BoxFuture<'_, Result<Scraped, HostError>>
            })
            .await
    }
}

/// The error and its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl Tally {
    fn count(&mut self, brought: Brought) {
        self.asked += 1;
        match brought {
            Brought::Nothing => {}
            Brought::Host(scraped) => {
                self.read += 1;
                self.new += usize::from(scraped.new);
                self.changed += usize::from(scraped.changed);
                self.claims += usize::from(scraped.claim.is_some());
            }
            Brought::Failure(reason) => {
                self.failed += 1;
                self.last_failure = Some(reason);
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} read: {} new, {} changed", self.read, self.new, self.changed)?;
        if self.claims > 0 {
            write!(f, ", {} claims", self.claims)?;
        }
        match &self.last_failure {
            Some(reason) => write!(f, "; {} failed, the last: {reason}", self.failed),
            None => Ok(()),
        }
    }
}
