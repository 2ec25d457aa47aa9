//! What is looked at before a host is given its role, and once more before it is armed.
//!
//! One file a rule, each a pure function of a [`Candidate`]. A rule always says what it found, good or not, and what to do where
//! it is not; what it could not find out it says too, and never holds to be good.

mod address;
mod clock;
mod config;
mod cores;
mod cpu_level;
mod disk;
mod disk_data;
mod disk_health;
mod disk_identity;
mod disk_size;
mod hostname;
mod image;
mod incidents;
mod known;
mod labels;
mod memory;
mod minimum;
mod network;
mod role;
mod secure_boot;
#[cfg(test)]
mod tests;

use hosts::{DriveWord, HostFacts, Inventory};
use inventory::{Sample, Timestamp};
use serde::{Deserialize, Serialize};

use crate::assignment::Assignment;
use crate::cluster::Cluster;
use crate::disk::{Selector, Target, resolve};
use crate::error::OkdError;
pub use known::Known;

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

/// All that the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The host.
    pub host: &'a HostFacts,
    /// What it is made of, as far as is known.
    pub inventory: &'a Inventory,
    /// How it did when it was last heard.
    pub sample: Option<&'a Sample>,
    /// What each of its drives last said of its health.
    pub drives: &'a [DriveWord],
    /// What it is to be.
    pub assignment: &'a Assignment,
    /// Where.
    pub cluster: &'a Cluster,
    /// The other assignments of that cluster; its own may be among them.
    pub others: &'a [Assignment],
    /// The critical incidents that are open on it, in a title each; not those of its installation.
    pub incidents: &'a [String],
    /// Now.
    pub now: Timestamp,
}

impl Candidate<'_> {
    /// The disk that its description finds now.
    ///
    /// # Errors
    /// [`OkdError::Disk`], in words.
    pub fn target(&self) -> Result<Target, OkdError> {
        let selector: Selector = self
            .assignment
            .disk
            .parse()
            .map_err(|error: crate::disk::InvalidSelector| OkdError::Disk(error.to_string()))?;
        resolve(&selector, self.inventory)
    }

    /// The assignments of the cluster's other hosts.
    fn neighbours(&self) -> impl Iterator<Item = &Assignment> {
        self.others.iter().filter(|other| other.host != self.assignment.host)
    }
}

/// Rules whose refusal an operator may take upon himself: what they ask for makes a good node, and is not what makes one.
pub const ACCEPTABLE: [&str; 6] = ["cores", "memory", "disk-size", "disk-health", "boot-label", "incidents"];

/// Rules about what the operator said, and not about the machine: what they refuse is not written down at all.
const OF_WHAT_WAS_SAID: [&str; 5] = ["disk", "disk-data", "hostname", "address", "role"];

/// All findings, each rule once, in the order in which they are best read.
#[must_use]
pub fn validate(candidate: &Candidate<'_>) -> Vec<Finding> {
    let target = candidate.target();
    let found = target.as_ref().ok();
    let mut findings = vec![
        role::check(candidate),
        hostname::check(candidate),
        address::check(candidate),
        network::check(candidate),
        config::check(candidate),
        image::check(candidate),
        cpu_level::check(candidate),
        cores::check(candidate),
        memory::check(candidate),
        disk::check(&target),
    ];
    if let Some(target) = found {
        findings.extend([
            disk_size::check(candidate, target),
            disk_identity::check(candidate, target),
            disk_data::check(candidate, target),
            disk_health::check(candidate, target),
        ]);
        findings.extend(labels::checks(candidate, target));
    }
    findings.extend([secure_boot::check(candidate), clock::check(candidate), incidents::check(candidate)]);
    findings.into_iter().map(|finding| accepted(finding, candidate.assignment)).collect()
}

/// Whether any of them refuses.
#[must_use]
pub fn is_refused(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.verdict == Verdict::Refused)
}

/// Those that refuse what the operator said.
#[must_use]
pub fn refusals_of_what_was_said(findings: &[Finding]) -> Vec<&Finding> {
    let is_said = |finding: &&Finding| OF_WHAT_WAS_SAID.contains(&finding.rule.as_str());
    findings.iter().filter(|finding| finding.verdict == Verdict::Refused).filter(is_said).collect()
}

fn accepted(mut finding: Finding, assignment: &Assignment) -> Finding {
    let is_accepted =
        assignment.accepted.contains(&finding.rule) && ACCEPTABLE.contains(&finding.rule.as_str());
    if finding.verdict == Verdict::Refused && is_accepted {
        finding.verdict = Verdict::Warning;
        finding.words.push_str(" (accepted)");
    }
    finding
}

impl Finding {
    fn good(rule: &str, words: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), verdict: Verdict::Good, words: words.into(), todo: String::new() }
    }

    fn warning(rule: &str, words: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), verdict: Verdict::Warning, words: words.into(), todo: todo.into() }
    }

    fn refused(rule: &str, words: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), verdict: Verdict::Refused, words: words.into(), todo: todo.into() }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Refused => "refused",
        })
    }
}
