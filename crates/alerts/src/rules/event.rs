//! Rules on events: one kind opens, another closes, for the same host and, where it matters, the same key. A table, so
//! that a later rule is a row.

use events::{Event, Kind};

use crate::rules::RuleId;
use crate::settings::{EventSettings, RuleSettings};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct EventRule {
    /// Whose row.
    pub(crate) rule: RuleId,
    /// What opens an incident.
    pub(crate) opens: Kind,
    /// What closes it.
    pub(crate) closes: Kind,
    /// Every key has an incident of its own. Otherwise there is one a host, whatever the events' keys.
    pub(crate) by_key: bool,
    /// Opening events that are as they should be.
    pub(crate) except: fn(&Event) -> bool,
    /// What is wrong, short.
    pub(crate) title: &'static str,
    /// How it ended, short.
    pub(crate) ending: &'static str,
}

/// What an event does to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It opens.
    Opens,
    /// It closes.
    Closes,
}

/// All rows.
pub(crate) const TABLE: &[EventRule] = &[
    EventRule {
        rule: RuleId::AgentStopped,
        opens: Kind::AgentStopped,
        closes: Kind::AgentStarted,
        by_key: false, // their keys are two different starts
        except: has_done_its_work,
        title: "agent stopped",
        ending: "agent started again",
    },
    EventRule {
        rule: RuleId::AgentFailed,
        opens: Kind::AgentFailed,
        closes: Kind::AgentRecovered,
        by_key: true,
        except: never,
        title: "agent can't do all of its work",
        ending: "agent can do it again",
    },
    EventRule {
        rule: RuleId::IdentityClaim,
        opens: Kind::ClaimMade,
        closes: Kind::ClaimSettled,
        by_key: true,
        except: never,
        title: "somebody else claims to be this host",
        ending: "claim settled",
    },
    EventRule {
        rule: RuleId::BootLoop,
        opens: Kind::BootLooped,
        closes: Kind::BootReleased,
        by_key: true,
        except: never,
        title: "boots again and again",
        ending: "boots again as it should",
    },
    EventRule {
        rule: RuleId::PowerButton,
        opens: Kind::PowerButtonAsked,
        closes: Kind::PowerButtonEnded,
        by_key: true,
        except: never,
        title: "somebody is needed at the machine",
        ending: "nobody is needed at the machine any more",
    },
];

fn never(_: &Event) -> bool {
    false
}

/// An agent that was asked for one report only leaves in good order.
fn has_done_its_work(event: &Event) -> bool {
    event.data.get("reason").and_then(|reason| reason.as_str()) == Some("done")
}

impl EventRule {
    /// What `event` does to this rule, if anything.
    pub(crate) fn effect(&self, event: &Event) -> Option<Effect> {
        if event.kind == self.opens && !(self.except)(event) {
            Some(Effect::Opens)
        } else if event.kind == self.closes {
            Some(Effect::Closes)
        } else {
            None
        }
    }

    /// The component that `event` is about.
    pub(crate) fn component(&self, event: &Event) -> String {
        if self.by_key { event.key.clone() } else { String::new() }
    }

    /// Its numbers.
    pub(crate) fn settings<'a>(&self, rules: &'a RuleSettings) -> Option<&'a EventSettings> {
        settings(self.rule, rules)
    }
}

/// The numbers of a rule on events; nothing for any other rule.
pub(crate) fn settings(rule: RuleId, rules: &RuleSettings) -> Option<&EventSettings> {
    match rule {
        RuleId::AgentStopped => Some(&rules.agent.stopped),
        RuleId::AgentFailed => Some(&rules.agent.failed),
        RuleId::IdentityClaim => Some(&rules.identity.claim),
        RuleId::BootLoop => Some(&rules.boot.r#loop),
        RuleId::PowerButton => Some(&rules.power.button),
        RuleId::AgentMissing
        | RuleId::HostsUnapproved
        | RuleId::FsUsage
        | RuleId::TempNvme
        | RuleId::TempHdd
        | RuleId::TempSsdSata
        | RuleId::TempCpu
        | RuleId::TempInlet
        | RuleId::TempOther => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::Timestamp;
    use serde_json::{Value, json};

    fn event(kind: Kind, data: Value) -> Event {
        Event {
            seq: 1,
            at: Timestamp(0),
            kind,
            host: None,
            key: "k".into(),
            actor: "agent".into(),
            summary: String::new(),
            data,
        }
    }

    #[test]
    fn every_row_has_its_numbers_and_opens_and_closes() {
        for row in TABLE {
            assert!(row.settings(&RuleSettings::default()).is_some(), "{}", row.rule);
            assert_eq!(row.effect(&event(row.opens, Value::Null)), Some(Effect::Opens));
            assert_eq!(row.effect(&event(row.closes, Value::Null)), Some(Effect::Closes));
            assert_eq!(row.effect(&event(Kind::JobEnded, Value::Null)), None);
            assert_eq!(row.component(&event(row.opens, Value::Null)), if row.by_key { "k" } else { "" });
        }
    }

    #[test]
    fn an_agent_that_has_done_its_work_has_not_stopped() {
        let [stopped, ..] = TABLE else { panic!() };
        assert_eq!(stopped.effect(&event(Kind::AgentStopped, json!({"reason": "done"}))), None);
        assert_eq!(
            stopped.effect(&event(Kind::AgentStopped, json!({"reason": "stopped"}))),
            Some(Effect::Opens)
        );
    }
}
