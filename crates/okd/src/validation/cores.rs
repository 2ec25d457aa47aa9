//! Processor threads.

use super::{Candidate, Finding, minimum};

const RULE: &str = "cores";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let role = candidate.assignment.role;
    let needed = minimum::of(role).threads;
    match candidate.inventory.cpu.as_ref().and_then(|cpu| cpu.threads.or(cpu.cores)) {
        None => {
            Finding::warning(RULE, "how many processor threads it has is not known", "let its agent report")
        }
        Some(threads) if threads < needed => Finding::refused(
            RULE,
            format!(
                "it has {threads} processor thread{}, and OKD asks for {needed} for a {role} node",
                if threads == 1 { "" } else { "s" }
            ),
            "give it a smaller role, look whether the firmware switched cores off, or take it upon yourself with --accept cores",
        ),
        Some(threads) => Finding::good(RULE, format!("{threads} processor threads, of {needed} asked for")),
    }
}
