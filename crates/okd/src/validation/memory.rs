//! Memory: what a node asks for, and what the live system needs to run at all.

use super::{Candidate, Finding, minimum};

const RULE: &str = "memory";
const GIB: u64 = 1 << 30;
/// The live system holds its root file system in memory: with less it does not come up.
const LIVE_GIB: u64 = 2;
/// What is installed in whole modules is never a little less; what the kernel may use always is.
const USABLE_OF_INSTALLED_PERCENT: u64 = 90;

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let role = candidate.assignment.role;
    let needed_gib = minimum::of(role).memory_gib;
    let Some(memory) = &candidate.inventory.memory else {
        return Finding::warning(RULE, "how much memory it has is not known", "let its agent report");
    };
    let usable = memory.usable_bytes.map(|bytes| bytes.saturating_mul(100) / USABLE_OF_INSTALLED_PERCENT);
    let Some(bytes) = memory.installed_bytes.into_iter().chain(usable).max() else {
        return Finding::warning(RULE, "how much memory it has is not known", "let its agent report");
    };
    let has = format!(
        "it has {} GiB of memory",
        tenths(memory.installed_bytes.or(memory.usable_bytes).unwrap_or(bytes))
    );
    if bytes < LIVE_GIB * GIB {
        let words = format!("{has}, and the system that installs needs {LIVE_GIB} GiB to come up");
        // Accepting this would only show later what is known now.
        return Finding::refused("memory-live", words, "put more memory in");
    }
    if bytes < needed_gib * GIB {
        return Finding::refused(
            RULE,
            format!("{has}, and OKD asks for {needed_gib} GiB for a {role} node"),
            "put more memory in, give it a smaller role, or take it upon yourself with --accept memory",
        );
    }
    Finding::good(RULE, format!("{has}, of {needed_gib} GiB asked for"))
}

fn tenths(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / GIB;
    format!("{}.{}", tenths / 10, tenths % 10).trim_end_matches(".0").to_owned()
}
