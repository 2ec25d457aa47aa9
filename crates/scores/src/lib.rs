//! A wish, declared, and the jobs that fulfil it.
//!
//! A [`Score`] is a wish that an operator can name: "these hosts are discovered". It says in sentences what it would do
//! ([`Score::plan`]) and does it ([`Score::run`]). Running it is a *job* of *steps*: [`Jobs`] runs each in a task of its
//! own, keeps every step in the database as it begins, moves on and ends, and wakes whoever waits for news.
//!
//! ```text
//! operator ── start ──▶ queued ──▶ running ──▶ done | failed | cancelled
//!                                    │ step 1 ✓ step 2 ✗ step 3 …      each change has a number: `seq`
//!                  changed(job, seq) ◀┘                                 what is newer than `seq`, or a wait for it
//! ```
//!
//! What holds:
//! - A score that panics fails its own job and nothing else.
//! - A job's end, its event ([`events::Kind::JobEnded`]) and the end of its open steps are one transaction.
//! - A job that a dead server left behind is marked failed when the next one opens: see [`Jobs::open`].
//! - A score runs once at a time; the database itself refuses a second run.
//! - The newest [`HISTORY`] jobs are kept.
//!
//! What this crate does not know: any score. Each lives with its own word (discovery with the hosts), and the server puts
//! them into the [`Registry`].

mod context;
mod error;
mod job;
mod jobs;
mod registry;
mod run;
mod score;
mod store;

pub use context::{JobContext, Step};
pub use error::{ScoreError, StartError};
pub use job::{Job, JobState, JobStep, Progress, StepState};
pub use jobs::{HISTORY, Jobs};
pub use registry::Registry;
pub use score::Score;
