//! Alerts on a real database, with a fake ntfy that fails as it is told.
#![expect(clippy::unwrap_used, reason = "a test may")]
#![expect(clippy::indexing_slicing, reason = "a test may")]

mod boot_loop;
mod events;
mod fake_ntfy;
mod faults;
mod gateways;
mod hostile;
mod installs;
mod lanes;
mod machines;
mod missing;
mod mutes;
mod operators;
mod power;
mod restart;
mod samples;
mod site;
mod unapproved;
