//! The heartbeat: a sample every interval, whatever else takes long. The drives are asked beside it, and the next sample
//! carries what they said.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use inventory::{DriveHealth, Warning};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::facts::Facts;
use super::teller::Teller;
use crate::client::{jittered, random_unit};
use crate::sample::Sampler;

const DRIVES_INTERVAL: Duration = Duration::from_secs(600);

/// What the drives said since the last sample.
pub(super) type Drives = Arc<Mutex<Option<(Vec<DriveHealth>, Vec<Warning>)>>>;

/// Asks the drives every ten minutes.
pub(super) async fn watch_drives(sampler: Sampler, teller: Teller, drives: Drives) {
    loop {
        let asked = sampler.clone();
        match spawn_blocking(move || asked.drives()).await {
            Ok(health) => *drives.lock().unwrap_or_else(PoisonError::into_inner) = Some(health),
            Err(error) => teller.fail("drives", &error.to_string()),
        }
        sleep(jittered(DRIVES_INTERVAL, random_unit())).await;
    }
}

/// Takes samples, as often as the server wants them; where nobody has said, every `own` interval, for those who ask.
pub(super) async fn take_samples(
    sampler: Sampler,
    teller: Teller,
    drives: Drives,
    mut wanted: watch::Receiver<Option<Duration>>,
    own: Option<Duration>,
) {
    let mut facts = Facts::default();
    loop {
        let interval = *wanted.borrow_and_update();
        let Some(pace) = interval.or(own) else {
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        };
        let next = Instant::now() + jittered(pace, random_unit());
        let sampler = sampler.clone();
        match spawn_blocking(move || sampler.sample()).await {
            Ok(mut sample) => {
                let said = drives.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some((health, warnings)) = said {
                    sample.drives = health;
                    sample.warnings.extend(warnings);
                }
                teller.sample(sample, &mut facts, interval.is_some());
            }
            Err(error) => teller.fail("sample", &error.to_string()),
        }
        tokio::select! {
            () = sleep_until(next) => {}
            order = wanted.changed() => if order.is_err() {
                // Nobody orders any more, and the old pace goes on.
                sleep_until(next).await;
            },
        }
    }
}
