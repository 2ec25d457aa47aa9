//! What is known of the machine, and what of it the server has acknowledged: their difference is what is to be told.
//!
//! The difference is made when it is sent, from the newest that is known. So of an inventory that waits nothing is lost
//! when a section comes anew, and what changed back in between is never told at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use inventory::{Report, Section, Sections, each_section};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::json;

/// Sections by name, each with the hash of its content.
pub(super) type Marks = BTreeMap<&'static str, [u8; 32]>;

/// The books.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    newest: Option<Arc<Report>>,
    known: Marks,
    acknowledged: Marks,
}

impl Ledger {
    /// Enters what a report tells, and gives all that is known.
    pub(super) fn learn(&mut self, report: Report) -> Arc<Report> {
        self.known.extend(marks(&report.sections));
        let whole = match &self.newest {
            None => report,
            Some(before) => {
                let sections = merged(before.sections.clone(), report.sections);
                Report { sections, ..report }
            }
        };
        let whole = Arc::new(whole);
        self.newest = Some(Arc::clone(&whole));
        whole
    }

    pub(super) const fn has_learnt(&self) -> bool {
        self.newest.is_some()
    }

    /// The server knows nothing (any more), or wants to hear everything again.
    pub(super) fn forget(&mut self) {
        self.acknowledged.clear();
    }

    /// What the server was not told, or was told otherwise; the other sections are untold.
    pub(super) fn news(&self) -> Option<(Report, Marks)> {
        let is_news = |name: &&'static str| self.known.get(name) != self.acknowledged.get(name);
        let news: Marks =
            self.known.iter().filter(|(name, _)| is_news(name)).map(|(name, mark)| (*name, *mark)).collect();
        let newest = self.newest.as_ref().filter(|_| !news.is_empty())?;
        macro_rules! told {
            ($($name:ident)*) => {
                Sections { $($name: if news.contains_key(stringify!($name)) {
                    newest.sections.$name.clone()
                } else {
                    Section::Untold
                }),* }
            };
        }
        let sections = each_section!(told);
        let (agent, schema) = (newest.agent.clone(), newest.schema);
        let report = Report {
            schema,
            agent,
            collected_at: newest.collected_at,
            duration_ms: newest.duration_ms,
            sections,
        };
        Some((report, news))
    }

    /// The server has taken these.
    pub(super) fn acknowledge(&mut self, marks: &Marks) {
        self.acknowledged.extend(marks);
    }
}

fn marks(sections: &Sections) -> Marks {
    let mut marks = Marks::new();
    macro_rules! mark_each {
        ($($name:ident)*) => { $(marks.extend(mark(&sections.$name).map(|mark| (stringify!($name), mark)));)* };
    }
    each_section!(mark_each);
    marks
}

fn mark<T: Serialize>(section: &Section<T>) -> Option<[u8; 32]> {
    if matches!(section, Section::Untold) {
        return None;
    }
    // Written out piece by piece: a section may have a megabyte.
    let mut hash = Hasher(Sha256::new());
    json::write(&mut hash, section).ok()?;
    Some(hash.0.finalize().into())
}

struct Hasher(Sha256);

impl std::io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The newer of each section; what the newer report does not speak of stands.
fn merged(before: Sections, now: Sections) -> Sections {
    fn newer<T>(before: Section<T>, now: Section<T>) -> Section<T> {
        if matches!(now, Section::Untold) { before } else { now }
    }
    macro_rules! merge {
        ($($name:ident)*) => { Sections { $($name: newer(before.$name, now.$name)),* } };
    }
    each_section!(merge)
}

#[cfg(test)]
mod tests {
    use inventory::sections::{Cpu, Os};
    use inventory::{AgentInfo, SCHEMA, Timestamp};

    use super::*;

    fn report(sections: Sections) -> Report {
        let agent = AgentInfo { version: "1".into(), start_id: "s".into(), boot_id: None };
        Report { schema: SCHEMA, agent, collected_at: Timestamp(1), duration_ms: 1, sections }
    }

    fn cpu(model: &str) -> Sections {
        let data = Cpu { model: Some(model.to_owned()), ..Cpu::default() };
        Sections { cpu: Section::Ok { data }, ..Sections::default() }
    }

    fn os() -> Sections {
        Sections { os: Section::Ok { data: Os::default() }, ..Sections::default() }
    }

    fn told(ledger: &mut Ledger) -> Vec<&'static str> {
        let Some((report, marks)) = ledger.news() else { return vec![] };
        ledger.acknowledge(&marks);
        let names: Vec<_> = marks.keys().copied().collect();
        assert_eq!(names.contains(&"cpu"), report.sections.cpu.data().is_some());
        assert_eq!(names.contains(&"os"), report.sections.os.data().is_some());
        names
    }

    #[test]
    fn only_what_the_server_does_not_have_is_told() {
        let mut ledger = Ledger::default();
        assert!(told(&mut ledger).is_empty());
        ledger.learn(report(cpu("a")));
        let whole = ledger.learn(report(os()));
        assert!(whole.sections.cpu.data().is_some() && whole.sections.os.data().is_some());
        assert_eq!(told(&mut ledger), ["cpu", "os"]);
        ledger.learn(report(os()));
        assert!(told(&mut ledger).is_empty());
        ledger.learn(report(cpu("b")));
        assert_eq!(told(&mut ledger), ["cpu"]);
        ledger.forget();
        assert_eq!(told(&mut ledger), ["cpu", "os"]);
    }

    #[test]
    fn what_came_anew_while_it_was_sent_is_told_again() {
        let mut ledger = Ledger::default();
        ledger.learn(report(cpu("a")));
        let (_, sent) = ledger.news().unwrap();
        ledger.learn(report(cpu("b")));
        ledger.acknowledge(&sent);
        assert_eq!(told(&mut ledger), ["cpu"]);
        // And what changed back before it was told is not.
        ledger.learn(report(cpu("c")));
        ledger.learn(report(cpu("b")));
        assert!(told(&mut ledger).is_empty());
    }
}
