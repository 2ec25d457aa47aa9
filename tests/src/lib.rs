//! Whole-system scenarios: real programs, real firmware, real DHCP, real ntfy.
//!
//! `cargo xtask test` builds the programs and says where they are; a scenario that is run by hand without them says so.

pub mod disk;
pub mod opnsense;
pub mod switch;
pub mod tpm;

use std::path::PathBuf;

use anyhow::Context as _;
use lab::Programs;

/// The programs under test.
///
/// # Errors
/// They were not built.
pub fn programs() -> anyhow::Result<Programs> {
    Ok(Programs { muster: named("MUSTER_PROGRAM")?, agent: agent()? })
}

/// The static agent.
///
/// # Errors
/// It was not built.
pub fn agent() -> anyhow::Result<PathBuf> {
    named("MUSTER_AGENT_STATIC")
}

fn named(variable: &str) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.with_context(|| format!("{variable} is not set: run these tests with `cargo xtask test`"))
}
