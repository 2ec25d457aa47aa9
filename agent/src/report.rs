//! Makes the report: all sections, and who says so.

use std::sync::Arc;
use std::time::Instant;

use inventory::{Clock, Report, SCHEMA, Section, Sections};

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
    /// Collects everything, and waits for the slowest collector.
    #[must_use]
    pub fn report(&self) -> Report {
        let collected_at = self.clock.now();
        let begun = Instant::now();
        let sections = self.collectors.sections();
        let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Report { schema: SCHEMA, agent: self.start.info(), collected_at, duration_ms, sections }
    }
}

/// Why a report is not worth sending: it has no section at all.
#[must_use]
pub fn emptiness(sections: &Sections) -> Option<String> {
    let reasons = [
        reason(&sections.system),
        reason(&sections.firmware),
        reason(&sections.cpu),
        reason(&sections.memory),
        reason(&sections.disks),
        reason(&sections.nics),
        reason(&sections.filesystems),
        reason(&sections.sensors),
        reason(&sections.os),
    ];
    let reasons: Option<Vec<&str>> = reasons.into_iter().collect();
    reasons.map(|reasons| format!("no section could be collected: {}", reasons.join("; ")))
}

fn reason<T>(section: &Section<T>) -> Option<&str> {
    match section {
        Section::Failed { reason } => Some(reason),
        Section::Ok { .. } | Section::Partial { .. } => None,
    }
}
