//! Watches what the machine is made of: the quick sections first and at once, then each slow one by itself.
//!
//! The first report waits for no device. A slow section is told as soon as it is there, and one that hangs holds up
//! nothing but itself.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::teller::Teller;
use crate::client::{jittered, random_unit};

const REPORT_INTERVAL: Duration = Duration::from_secs(3600);
/// A cable that is put into another port shall be seen the same quarter of an hour.
const NEIGHBOURS_INTERVAL: Duration = Duration::from_secs(900);
/// A server that answers each report by asking for another one must not keep the machine busy.
const SHORTEST_REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// The quick sections: at the start, hourly, and when they are asked for.
pub(super) async fn watch_quick(teller: Teller, mut asked: watch::Receiver<u64>) {
    collect_quick(&teller).await;
    loop {
        let next = Instant::now() + jittered(REPORT_INTERVAL, random_unit());
        tokio::select! {
            () = sleep_until(next) => collect_quick(&teller).await,
            order = asked.changed() => {
                if order.is_err() {
                    return;
                }
                sleep(SHORTEST_REPORT_INTERVAL).await;
                collect_quick(&teller).await;
                teller.outbox.tell_everything();
            }
        }
    }
}

async fn collect_quick(teller: &Teller) {
    let reporter = teller.reporter.clone();
    match spawn_blocking(move || reporter.quick()).await {
        Ok(report) => teller.report(report),
        Err(error) => teller.fail("inventory", &error.to_string()),
    }
}

/// One slow section: after the first report, at its interval, and when it is asked for.
pub(super) async fn watch_slow(section: &'static str, teller: Teller, mut asked: watch::Receiver<u64>) {
    let interval = if section == "neighbours" { NEIGHBOURS_INTERVAL } else { REPORT_INTERVAL };
    let mut newest = teller.newest.report.subscribe();
    if newest.wait_for(Option::is_some).await.is_err() {
        return;
    }
    loop {
        let reporter = teller.reporter.clone();
        match spawn_blocking(move || reporter.only(section)).await {
            Ok(report) => teller.section(report),
            Err(error) => teller.fail(section, &error.to_string()),
        }
        tokio::select! {
            () = sleep(jittered(interval, random_unit())) => {}
            order = asked.changed() => {
                if order.is_err() {
                    return;
                }
                sleep(SHORTEST_REPORT_INTERVAL).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;
