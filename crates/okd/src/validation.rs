//! What is looked at before a host is given its role, and once more before it is armed.

use serde::{Deserialize, Serialize};

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule: `cpu-level`, `disk-identity`, ….
    pub rule: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What was found, on what.
    pub words: String,
    /// What to do; empty where nothing is to be done.
    pub todo: String,
}

/// How a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// An operator should know.
    Warning,
    /// It can't be installed so.
    Refused,
}
