//! The way to the management controller: one request, and its answer's data.

use std::time::{Duration, Instant};

use decode::ipmi::{Refusal, Request, body};

use crate::probe::Probe;
use crate::root::Question;

pub(super) const DEVICE: &str = "/dev/ipmi0";
/// A controller that is busy is asked again at once: each question takes its time, and that is waiting enough.
const TRIES: usize = 3;

/// The way to the management controller, open for a while.
pub(crate) struct Interface<'a> {
    probe: &'a Probe,
    ends: Instant,
}

impl<'a> Interface<'a> {
    /// A way that is closed when `budget` is used up.
    pub(crate) fn new(probe: &'a Probe, budget: Duration) -> Self {
        Self { probe, ends: Instant::now() + budget }
    }

    /// An answer's data; `None` where there is none. What the controller does not know is no news.
    pub(crate) fn ask(&self, request: &Request) -> Option<Vec<u8>> {
        self.try_ask(request).ok()
    }

    /// An answer's data, or why there is none.
    pub(crate) fn try_ask(&self, request: &Request) -> Result<Vec<u8>, Refusal> {
        let mut refusal = Refusal::Empty;
        for _ in 0..TRIES {
            if self.is_over() {
                return Err(refusal);
            }
            let question = Question::Ipmi {
                device: DEVICE.to_owned(),
                function: request.function,
                command: request.command,
                data: request.data.clone(),
            };
            let answer = self.probe.ask(DEVICE, &question).ok_or(Refusal::Empty)?;
            match body(&answer) {
                Ok(data) => return Ok(data.to_vec()),
                Err(Refusal::Busy) => refusal = Refusal::Busy,
                Err(other) => return Err(other),
            }
        }
        Err(refusal)
    }

    /// Whether the budget is used up.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.ends
    }

    /// Remembers that something could not be read.
    pub(crate) fn warn(&self, reason: impl Into<String>) {
        self.probe.warn(DEVICE, reason);
    }
}
