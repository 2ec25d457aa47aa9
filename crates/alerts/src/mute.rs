//! In which state of its life a host is heard by which rule. Pure; every state is answered, so that one that is added must
//! be answered here too.

use hosts::State;

use crate::rules::RuleId;

/// How a rule treats a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hearing {
    /// It is watched, and what happens is told.
    Told,
    /// It is watched and what happens is recorded; it is told when the host leaves this state, if it still lasts.
    Held,
    /// It is not watched.
    Off,
}

/// How `rule` treats a host in `state`.
pub(crate) fn hearing(rule: RuleId, state: State) -> Hearing {
    match state {
        // Somebody asked for it, wherever the host stands, and waits for the answer.
        State::Maintenance if rule == RuleId::PowerButton => Hearing::Told,
        // A stranger is one name in the summary of all of them, and nothing more: it costs no row and rings no phone.
        State::Discovered => Hearing::Off,
        // Who gave its role up is not installed any more. What was given out of its cluster's secrets is, all the same.
        State::Ready if matches!(rule, RuleId::InstallFailed | RuleId::InstallOverdue) => Hearing::Off,
        State::Ready | State::Assigned | State::InService => Hearing::Told,
        // Its agent leaves for the installer and comes back in another system, or never: the installation says so.
        State::Armed | State::Installing | State::Installed | State::Failed => match rule {
            RuleId::AgentMissing | RuleId::AgentStopped | RuleId::AgentFailed => Hearing::Off,
            RuleId::IdentityClaim
            | RuleId::BootLoop
            | RuleId::GatewayDrift
            | RuleId::GatewayHalfDone
            | RuleId::GatewayLost
            | RuleId::InstallFailed
            | RuleId::InstallOverdue
            | RuleId::InstallRefused
            | RuleId::InstallLeaked
            | RuleId::PowerButton
            | RuleId::HostsUnapproved
            | RuleId::FsUsage
            | RuleId::TempNvme
            | RuleId::TempHdd
            | RuleId::TempSsdSata
            | RuleId::TempCpu
            | RuleId::TempInlet
            | RuleId::TempOther => Hearing::Told,
        },
        State::Maintenance => Hearing::Held,
        State::Retired => Hearing::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_rule_speaks_in_which_state() {
        for rule in RuleId::ALL {
            for state in State::ALL {
                let is_agents = rule.as_str().starts_with("agent.");
                let expected = match state.as_str() {
                    "discovered" | "retired" => Hearing::Off,
                    "maintenance" if *rule == RuleId::PowerButton => Hearing::Told,
                    "maintenance" => Hearing::Held,
                    "ready" if ["install.failed", "install.overdue"].contains(&rule.as_str()) => Hearing::Off,
                    "armed" | "installing" | "installed" | "failed" if is_agents => Hearing::Off,
                    _ => Hearing::Told,
                };
                assert_eq!(hearing(*rule, state), expected, "{rule} in {state}");
            }
        }
    }
}
