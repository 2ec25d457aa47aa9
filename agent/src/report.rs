//! Makes the report: all sections, and who says so.

use std::sync::Arc;
use std::time::Instant;

use inventory::{Clock, Report, SCHEMA, Section, Sections, each_section};

use crate::collect::Collectors;
use crate::start::Start;

/// Makes reports.
#[derive(Clone)]
pub struct Reporter {
    /// What is read.
    pub collectors: Collectors,
    /// Who says so.
    pub start: Arc<Start>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

impl Reporter {
    /// Collects what waits for nobody.
    #[must_use]
    pub fn quick(&self) -> Report {
        self.report(Collectors::quick)
    }

    /// Collects the rest, and waits for the slowest collector.
    #[must_use]
    pub fn slow(&self) -> Report {
        self.report(Collectors::slow)
    }

    /// Collects everything, and waits for the slowest collector.
    #[must_use]
    pub fn all(&self) -> Report {
        self.report(Collectors::all)
    }

    /// Collects one section.
    #[must_use]
    pub fn only(&self, section: &str) -> Report {
        self.report(|collectors| collectors.only(section))
    }

    fn report(&self, collect: impl FnOnce(&Collectors) -> Sections) -> Report {
        let collected_at = self.clock.now();
        let begun = Instant::now();
        let sections = collect(&self.collectors);
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Report { schema: SCHEMA, agent: self.start.info(), collected_at, duration_ms, sections }
    }
}

/// Why a report is not worth sending: it has no section at all.
#[must_use]
pub fn emptiness(sections: &Sections) -> Option<String> {
    macro_rules! outcomes {
        ($($name:ident)*) => { [$(outcome(&sections.$name)),*] };
    }
    let outcomes = each_section!(outcomes);
    if outcomes.iter().any(Result::is_ok) {
        return None;
    }
    let reasons: Vec<&str> = outcomes.into_iter().filter_map(|outcome| outcome.err().flatten()).collect();
    Some(format!("no section could be collected: {}", reasons.join("; ")))
}

fn outcome<T>(section: &Section<T>) -> Result<(), Option<&str>> {
    match section {
        Section::Ok { .. } | Section::Partial { .. } => Ok(()),
        Section::Failed { reason } => Err(Some(reason)),
        Section::Untold => Err(None),
    }
}
