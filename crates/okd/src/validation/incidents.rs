//! What is wrong with the host by the alerts' account.

use super::{Candidate, Finding};

const RULE: &str = "incidents";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    match candidate.incidents {
        [] => Finding::good(RULE, "no critical incident is open"),
        open => Finding::refused(
            RULE,
            format!("critical incidents are open: {}", open.join("; ")),
            "see to them first, or take it upon yourself with --accept incidents",
        ),
    }
}
