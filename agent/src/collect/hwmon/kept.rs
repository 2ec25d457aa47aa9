//! The inputs, found once and kept between samples.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{HWMON, Input, Nothing, inputs};
use crate::probe::Probe;

/// A driver may be loaded, and a limit be set, at any time.
const REFRESH_INTERVAL: Duration = Duration::from_secs(600);

/// The inputs of this machine, as they were last found; shared by the parts of a sample.
#[derive(Debug, Clone, Default)]
pub struct Inventory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    found: Option<Found>,
    /// The fans that were seen to turn since the agent started.
    turned: BTreeSet<String>,
    /// What each disk that may sleep had done when it was last looked at, by its input's key.
    done: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Found {
    inputs: Arc<[Input]>,
    chips: Vec<String>,
    at: Instant,
}

impl Inventory {
    /// The inputs. They are looked for anew when a chip came or went, an input vanished, or it is long ago.
    ///
    /// # Errors
    /// [`Nothing`], where there is no sysfs.
    pub fn inputs(&self, probe: &Probe) -> Result<Arc<[Input]>, Nothing> {
        // While one part looks for them, the other waits: it would find the same.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chips = probe.names(HWMON);
        if let Some(found) = &kept.found
            && found.chips == chips
            && found.at.elapsed() < REFRESH_INTERVAL
        {
            return Ok(Arc::clone(&found.inputs));
        }
        let inputs: Arc<[Input]> = inputs(probe)?.into();
        kept.found = Some(Found { inputs: Arc::clone(&inputs), chips, at: Instant::now() });
        Ok(inputs)
    }

    /// An input read nothing: if that is because it is gone, all are looked for anew the next time.
    pub fn missed(&self, probe: &Probe, input: &Input) {
        if !input.is_there(probe) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).found = None;
        }
    }

    /// Whether to ask this input is to ask a disk that may be asleep.
    ///
    /// `drivetemp` sends the disk a command, which wakes some, and keeps others from ever falling asleep. A disk that did
    /// something since it was last looked at is awake, and stays so for a while whatever is asked. (How warm a disk is that
    /// turns and does nothing, its own health says every ten minutes.)
    #[must_use]
    pub fn may_sleep(&self, probe: &Probe, input: &Input) -> bool {
        let Some(activity) = &input.files.activity else { return false };
        let Some(done) = probe.text(activity) else { return true };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = kept.done.insert(input.key.clone(), done.clone());
        before.is_none_or(|before| before == done)
    }

    /// Whether there is a fan at all, by what the input reads now.
    ///
    /// A connector without a fan reads 0 rpm, as does a fan that has stopped. It is a fan if somebody gave it a lower
    /// limit, if the chip raises its alarm, or if it was seen to turn since the agent started.
    #[must_use]
    pub fn is_fitted(&self, input: &Input, rpm: f64, alarm: Option<bool>) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rpm > 0.0 {
            if !kept.turned.contains(&input.key) {
                kept.turned.insert(input.key.clone());
            }
            return true;
        }
        input.limits.min.is_some() || alarm == Some(true) || kept.turned.contains(&input.key)
    }
}
