//! Rules on events: one kind opens, others close, for the same host (or the site) and, where it matters, the same key. A
//! table, so that a later rule is a row.

use events::{Event, Kind};

use crate::rules::RuleId;
use crate::rules::evidence::name;
use crate::settings::{EventSettings, RuleSettings};

/// One row of the table.
#[derive(Debug)]
pub(crate) struct EventRule {
    /// Whose row.
    pub(crate) rule: RuleId,
    /// Whose events it looks at.
    pub(crate) of: Of,
    /// What opens an incident.
    pub(crate) opens: Kind,
    /// What closes it.
    pub(crate) closes: &'static [Kind],
    /// Every key has an incident of its own. Otherwise there is one a host, whatever the events' keys.
    pub(crate) by_key: bool,
    /// Opening events that are as they should be.
    pub(crate) except: fn(&Event) -> bool,
    /// What is wrong, short.
    pub(crate) title: &'static str,
    /// How it ended, short.
    pub(crate) ending: &'static str,
    /// What to do, where the event's own words don't say it. `NAME` stands for the key.
    pub(crate) advice: &'static str,
}

/// Whose events a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A host's.
    Host,
    /// The site's own: of things that are no hosts.
    Site,
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
        of: Of::Host,
        opens: Kind::AgentStopped,
        closes: &[Kind::AgentStarted],
        by_key: false, // their keys are two different starts
        except: has_done_its_work,
        title: "agent stopped",
        ending: "agent started again",
        advice: "",
    },
    EventRule {
        rule: RuleId::AgentFailed,
        of: Of::Host,
        opens: Kind::AgentFailed,
        closes: &[Kind::AgentRecovered],
        by_key: true,
        except: never,
        title: "agent can't do all of its work",
        ending: "agent can do it again",
        advice: "",
    },
    EventRule {
        rule: RuleId::IdentityClaim,
        of: Of::Host,
        opens: Kind::ClaimMade,
        closes: &[Kind::ClaimSettled],
        by_key: true,
        except: never,
        title: "somebody else claims to be this host",
        ending: "claim settled",
        advice: "",
    },
    EventRule {
        rule: RuleId::BootLoop,
        of: Of::Host,
        opens: Kind::BootLooped,
        closes: &[Kind::BootReleased],
        by_key: true,
        except: never,
        title: "boots again and again",
        ending: "boots again as it should",
        advice: "",
    },
    EventRule {
        rule: RuleId::GatewayDrift,
        of: Of::Site,
        opens: Kind::GatewayDrifted,
        closes: &[Kind::GatewaySettled, Kind::GatewayApplied, Kind::GatewayRemoved],
        by_key: true,
        except: never,
        title: "is not as Muster set it up",
        ending: "is as Muster set it up",
        advice: "`muster gateway drift NAME` shows what differs, `muster gateway apply NAME` puts it back",
    },
    EventRule {
        rule: RuleId::GatewayHalfDone,
        of: Of::Site,
        opens: Kind::GatewayHalfDone,
        closes: &[Kind::GatewayApplied, Kind::GatewayUndone, Kind::GatewayRemoved],
        by_key: true,
        except: never,
        title: "a change is half done",
        ending: "no change is half done any more",
        advice: "`muster gateway show NAME` says what was done, `muster gateway apply NAME` brings it to its end",
    },
    EventRule {
        rule: RuleId::GatewayLost,
        of: Of::Site,
        opens: Kind::GatewayLost,
        closes: &[Kind::GatewayFound, Kind::GatewayRemoved],
        by_key: true,
        except: never,
        title: "can't be reached",
        ending: "can be reached again",
        advice: "What it was told goes on working. `muster gateway drift NAME` tries again and says what is wrong",
    },
    EventRule {
        rule: RuleId::InstallFailed,
        of: Of::Host,
        opens: Kind::InstallFailed,
        // Whoever arms it again has seen it.
        closes: &[Kind::InstallArmed, Kind::InstallDisarmed, Kind::InstallEnded],
        by_key: false,
        except: never,
        title: "installation failed",
        ending: "installed after all, or tried again",
        advice: "",
    },
    EventRule {
        rule: RuleId::InstallOverdue,
        of: Of::Host,
        opens: Kind::InstallOverdue,
        closes: &[
            Kind::InstallCaughtUp,
            Kind::InstallFailed,
            Kind::InstallArmed,
            Kind::InstallDisarmed,
            Kind::InstallEnded,
        ],
        by_key: false,
        except: never,
        title: "installation is overdue",
        ending: "installation is not overdue any more",
        advice: "",
    },
    EventRule {
        rule: RuleId::InstallRefused,
        of: Of::Host,
        opens: Kind::InstallRefused,
        closes: &[Kind::InstallUnasked],
        by_key: true,
        except: never,
        title: "an installation was refused",
        ending: "nobody asks for its installation any more",
        advice: "The machine that was armed asks once for its document, from the address that it booted at: look which machine that is, what was changed in it, and whether two share a card or a UUID",
    },
    EventRule {
        rule: RuleId::InstallRefused,
        of: Of::Site,
        opens: Kind::InstallRefused,
        closes: &[Kind::InstallUnasked],
        by_key: true,
        except: never,
        title: "asked for a node's document",
        ending: "asks for a node's document no more",
        advice: "Nothing was given out. Look which machine has the address NAME: only a machine that is being installed asks for such a thing",
    },
    EventRule {
        rule: RuleId::InstallLeaked,
        of: Of::Host,
        opens: Kind::InstallLeaked,
        // Installing it again makes nothing secret that is known: only the machine's own word does, which shows that it had it, and a
        // cluster that has new configs.
        closes: &[Kind::InstallCaughtUp, Kind::InstallEnded],
        by_key: true,
        except: never,
        title: "secrets may have leaked",
        ending: "the machine that has the secrets spoke, or they are worth nothing any more",
        advice: "",
    },
    EventRule {
        rule: RuleId::PowerButton,
        of: Of::Host,
        opens: Kind::PowerButtonAsked,
        closes: &[Kind::PowerButtonEnded],
        by_key: true,
        except: never,
        title: "somebody is needed at the machine",
        ending: "nobody is needed at the machine any more",
        advice: "",
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
        } else if self.closes.contains(&event.kind) {
            Some(Effect::Closes)
        } else {
            None
        }
    }

    /// The component that `event` is about.
    pub(crate) fn component(&self, event: &Event) -> String {
        if self.by_key { event.key.clone() } else { String::new() }
    }

    /// What is wrong with `component`, short.
    pub(crate) fn title(&self, component: &str) -> String {
        self.named(component, self.title)
    }

    /// How it ended, short.
    pub(crate) fn ending(&self, component: &str) -> String {
        self.named(component, self.ending)
    }

    /// What to do about `component`.
    pub(crate) fn advice(&self, component: &str) -> String {
        self.advice.replace("NAME", &name(component))
    }

    /// A host's message begins with the host's name; what is no host's says itself what it is about.
    fn named(&self, component: &str, what: &str) -> String {
        match self.of {
            Of::Host => what.to_owned(),
            Of::Site => format!("{}: {what}", name(component)),
        }
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
        RuleId::GatewayDrift => Some(&rules.gateway.drift),
        RuleId::GatewayHalfDone => Some(&rules.gateway.half_done),
        RuleId::GatewayLost => Some(&rules.gateway.lost),
        RuleId::InstallFailed => Some(&rules.install.failed),
        RuleId::InstallOverdue => Some(&rules.install.overdue),
        RuleId::InstallRefused => Some(&rules.install.refused),
        RuleId::InstallLeaked => Some(&rules.install.leaked),
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
            assert!(!row.closes.is_empty());
            for closes in row.closes {
                assert_eq!(row.effect(&event(*closes, Value::Null)), Some(Effect::Closes));
            }
            assert_eq!(row.effect(&event(Kind::JobEnded, Value::Null)), None);
            assert_eq!(row.component(&event(row.opens, Value::Null)), if row.by_key { "k" } else { "" });
        }
    }

    #[test]
    fn what_is_no_hosts_says_its_own_name_and_what_to_do() {
        for row in TABLE {
            let said = [row.title("edge"), row.ending("edge"), row.advice("edge")];
            assert_eq!(said.iter().all(|text| text.contains("edge")), row.of == Of::Site, "{said:?}");
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
