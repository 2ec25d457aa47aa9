//! `boot.loop` of machines that no rule watches, for nobody knows or has approved them: one incident for all of them. A MAC is
//! made up in a moment; a message a MAC is not what an operator needs.

use std::time::Duration;

use events::{Event, Kind};
use inventory::Timestamp;

use super::summary::{Summary, Timing, Words};
use super::unapproved::listed;
use super::{Alerts, Inner};
use crate::error::AlertsError;
use crate::mute::{Hearing, hearing};
use crate::rules::RuleId;
use crate::rules::evidence::Telling;

/// More of them are told at most this often.
const AGAIN_AFTER: Duration = Duration::from_secs(15 * 60);

/// By their MACs.
pub(super) type Strangers = Summary<String>;

pub(super) fn strangers(now: Timestamp) -> Strangers {
    Summary::new(Words { rule: RuleId::BootLoop, telling, ending }, [], now)
}

fn telling(count: usize, macs: &mut dyn Iterator<Item = &str>) -> Telling {
    let title = match count {
        1 => "1 machine that is not approved boots again and again".to_owned(),
        _ => format!("{count} machines that are not approved boot again and again"),
    };
    let text = format!(
        "{}. They are held at their disks: see `muster boot holds`, and let them go with `muster boot release MAC`.",
        listed(count, macs)
    );
    Telling { title, text }
}

fn ending() -> Telling {
    Telling {
        title: "no unapproved machine boots again and again".to_owned(),
        text: "All of them spoke, or were released.".to_owned(),
    }
}

impl Alerts {
    /// Takes up the machines that were held before the server's start, by their MACs; called once, before the sweeps.
    pub async fn recall_held(&self, macs: Vec<String>) {
        let now = self.inner.clock.now();
        let mut strangers = self.inner.strangers.lock().await;
        for mac in macs {
            strangers.add(mac.clone(), mac, now);
        }
        strangers.recount();
    }
}

impl Inner {
    /// Takes note of a machine that is held, or no more, where no watch of a host does.
    pub(super) async fn count_stranger(&self, event: &Event) {
        let is_watched = match event.host.as_ref().and_then(|host| self.known(host)) {
            Some(watch) => hearing(RuleId::BootLoop, watch.lock().await.facts.state) != Hearing::Off,
            None => false,
        };
        let mut strangers = self.strangers.lock().await;
        match event.kind {
            Kind::BootLooped if !is_watched => strangers.add(event.key.clone(), event.key.clone(), event.at),
            Kind::BootReleased => strangers.remove(&event.key),
            _ => {}
        }
    }

    /// Says who they are, where that is news.
    pub(super) async fn tell_strangers(&self, now: Timestamp) -> Result<(), AlertsError> {
        let settings = &self.settings.rules.boot.r#loop;
        let timing = Timing {
            enabled: settings.enabled,
            after: settings.after.get(),
            again_after: AGAIN_AFTER,
            severity: settings.severity,
        };
        self.tell_summary(&self.strangers, timing, now).await
    }
}
