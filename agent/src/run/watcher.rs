//! Watches what the machine is made of: the quick sections first and at once, then each slow one by itself.
//!
//! The first report waits for no device. A slow section is told as soon as it is there, and one that hangs holds up
//! nothing but itself.

use std::time::Duration;

use inventory::Report;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::teller::Teller;
use crate::client::{jittered, random_unit};

/// The quick sections cost some milliseconds, and a disk that was put in shall be seen while its tray is still open.
const QUICK_INTERVAL: Duration = Duration::from_secs(300);
/// A machine is not whole when its agent starts: drives are still being found, and links come up. The first pause; each
/// is twice the one before, up to the usual one.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const SLOW_INTERVAL: Duration = Duration::from_secs(3600);
/// The slow sections that ask each disk.
const OF_DISKS: [&str; 2] = ["drives", "contents"];
/// A cable that is put into another port shall be seen the same quarter of an hour.
const NEIGHBOURS_INTERVAL: Duration = Duration::from_secs(900);
/// A server that answers each report by asking for another one must not keep the machine busy.
const SHORTEST_REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// The quick sections: at the start, every few minutes, and when they are asked for.
pub(super) async fn watch_quick(teller: Teller, mut asked: watch::Receiver<u64>) {
    collect_quick(&teller).await;
    let mut pause = FIRST_PAUSE;
    loop {
        let next = Instant::now() + jittered(pause, random_unit());
        tokio::select! {
            () = sleep_until(next) => {
                collect_quick(&teller).await;
                pause = (pause * 2).min(QUICK_INTERVAL);
            }
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

/// One slow section: after the first report, at its interval, when it is asked for, and when other disks are there.
pub(super) async fn watch_slow(section: &'static str, teller: Teller, mut asked: watch::Receiver<u64>) {
    let interval = if section == "neighbours" { NEIGHBOURS_INTERVAL } else { SLOW_INTERVAL };
    let mut newest = teller.newest.report.subscribe();
    if newest.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let asks_disks = OF_DISKS.contains(&section);
    loop {
        let known = disks(newest.borrow_and_update().as_deref());
        let reporter = teller.reporter.clone();
        match spawn_blocking(move || reporter.only(section)).await {
            Ok(report) => teller.section(report),
            Err(error) => teller.fail(section, &error.to_string()),
        }
        tokio::select! {
            () = sleep(jittered(interval, random_unit())) => {}
            () = async {
                // The report lives as long as we do.
                newest.wait_for(|report| asks_disks && disks(report.as_deref()) != known).await.ok();
            } => {}
            order = asked.changed() => {
                if order.is_err() {
                    return;
                }
                sleep(SHORTEST_REPORT_INTERVAL).await;
            }
        }
    }
}

/// The disks of a report, by name and serial number; none where it does not tell.
fn disks(report: Option<&Report>) -> Vec<(String, Option<String>)> {
    let disks = report.and_then(|report| report.sections.disks.data());
    disks.into_iter().flatten().map(|disk| (disk.name.clone(), disk.serial.clone())).collect()
}

#[cfg(test)]
mod tests;
