//! How far an installation is: what the machine says, and what it was seen to do.
//!
//! ```text
//!  what it fetches ──▶ saw ─┐                         ┌─▶ standing (last good step, next one, overdue, likely cause)
//!  what it says ─────▶ said ├─▶ record ─▶ words ──────┤      for the page, the API, the terminal
//!  its agent ──────▶ joined ┘   (pure)   (a course)   └─▶ consequences (pure) ─▶ events ─▶ the phone
//!                                                            failed, overdue, caught up, expired, leaked, the host's state
//! ```
//!
//! What holds: no time that runs out fails an installation, it only rings; only the machine's own word, or that it began anew
//! before it had ended, does. That it is done is believed of the installed system's agent and of nobody else.

mod cause;
mod consequence;
mod course;
mod expect;
mod followed;
mod keep;
mod record;
mod said;
mod standing;
mod step;
mod sweep;
mod telling;

use inventory::{Id, Timestamp};
use serde::{Deserialize, Serialize};

pub(crate) use course::{Course, Told};
pub(crate) use followed::leaks_are_moot;
pub use followed::{joined, refuse_delete};
pub use keep::{Progress, Shown};
pub use said::{MAX_BODY_BYTES, Saying};
pub use standing::{Standing, State};
pub use step::{Step, UnknownStep};

/// What happened, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Whose.
    pub host: Id,
    /// Of which generation.
    pub generation: i64,
    /// Which step.
    pub step: Step,
    /// Whether it failed there.
    pub failed: bool,
    /// When it came first.
    pub at: Timestamp,
    /// When it came last: a step may be said again and again.
    pub heard_at: Timestamp,
    /// How much of the disk is written, where that is said.
    pub percent: Option<u8>,
    /// More: the last lines of the installer's log, where it failed.
    pub words: String,
}
