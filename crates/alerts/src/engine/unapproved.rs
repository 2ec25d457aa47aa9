//! `hosts.unapproved`: one incident for all hosts that wait for approval.

use hosts::{HostFacts, State};
use inventory::{Id, Timestamp};

use super::Inner;
use super::summary::{Summary, Timing, Words};
use crate::error::AlertsError;
use crate::message::plain;
use crate::rules::RuleId;
use crate::rules::evidence::Telling;

/// Names that stand in the message.
const NAMES: usize = 10;

/// By when they came, as their ids do.
pub(super) type Unapproved = Summary<Id>;

pub(super) fn unapproved(hosts: &[HostFacts], now: Timestamp) -> Unapproved {
    let waiting = hosts.iter().filter(|host| host.state == State::Discovered);
    let words = Words { rule: RuleId::HostsUnapproved, telling, ending };
    Summary::new(words, waiting.map(|host| (host.id.clone(), host.name.clone())), now)
}

fn telling(count: usize, names: &mut dyn Iterator<Item = &str>) -> Telling {
    let title = match count {
        1 => "1 host waits for approval".to_owned(),
        _ => format!("{count} hosts wait for approval"),
    };
    let text = format!("{}. Take them in with `muster host approve NAME`.", listed(count, names));
    Telling { title, text }
}

fn ending() -> Telling {
    Telling {
        title: "no host waits for approval".to_owned(),
        text: "All were approved, retired or deleted.".to_owned(),
    }
}

/// The first names, and how many more there are.
pub(super) fn listed(count: usize, names: &mut dyn Iterator<Item = &str>) -> String {
    let names: Vec<String> = names.take(NAMES).map(|name| plain(name, 63)).collect();
    let more = match count.saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.join(", "))
}

impl Inner {
    pub(super) async fn count_unapproved(&self, facts: &HostFacts, now: Timestamp) {
        let mut unapproved = self.unapproved.lock().await;
        if facts.state == State::Discovered {
            unapproved.add(facts.id.clone(), facts.name.clone(), now);
        } else {
            unapproved.remove(&facts.id);
        }
    }

    /// Says who waits for approval, where that is news.
    pub(super) async fn tell_unapproved(&self, now: Timestamp) -> Result<(), AlertsError> {
        let settings = &self.settings.rules.hosts.unapproved;
        let timing = Timing {
            enabled: settings.enabled,
            after: settings.after.get(),
            again_after: settings.again_after.get(),
            severity: settings.severity,
        };
        self.tell_summary(&self.unapproved, timing, now).await
    }
}
