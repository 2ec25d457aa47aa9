//! The agent itself: which one it is, when it took the sample, and what it could not read.

use inventory::{Report, Sample, Section, each_section};

use super::text::{Text, Type, float};

pub(super) fn write(text: &mut Text, sample: &Sample, report: Option<&Report>) {
    let version = env!("CARGO_PKG_VERSION");
    let info = ("muster_agent_info", Type::Gauge, "The agent that took the sample.");
    text.family(info, [([("version", version), ("start_id", sample.agent.start_id.as_str())], 1.0)]);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds fit for longer than anybody lives")]
    let taken_at = sample.taken_at.millis() as f64 / 1000.0;
    text.single(
        ("muster_sample_time_seconds", Type::Gauge, "When the sample was taken, by the machine's clock."),
        Some(taken_at),
    );
    text.single(
        ("muster_sample_warnings", Type::Gauge, "What could not be read for the sample."),
        Some(float(sample.warnings.len() as u64)),
    );
    let Some(report) = report else { return };
    let mut sections = Vec::new();
    macro_rules! list {
        ($($name:ident)*) => { $(sections.extend(success(&report.sections.$name).map(|it| (stringify!($name), it)));)* };
    }
    each_section!(list);
    let name = (
        "node_scrape_collector_success",
        Type::Gauge,
        "Whether a section of the inventory could be collected.",
    );
    text.family(name, sections.iter().map(|(section, success)| ([("collector", *section)], *success)));
}

fn success<T>(section: &Section<T>) -> Option<f64> {
    match section {
        Section::Ok { .. } | Section::Partial { .. } => Some(1.0),
        Section::Failed { .. } => Some(0.0),
        Section::Untold => None,
    }
}
