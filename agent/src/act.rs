//! What the server may ask this agent to do: an enumerated few, each once, each only where it is enabled.
//!
//! [`Deeds::take`] decides, and knows no machine; [`Hands`] act, and decide nothing.

mod card;
mod enclosure;
mod hands;
mod kernel_log;
mod logs;

use std::collections::VecDeque;

use inventory::{Action, ActionRequest, Id, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use crate::settings::Allowed;
pub use hands::{Departure, Hands, Live, Tied};
pub use logs::{Part, bundle};

/// Actions that are remembered, so that none is done twice.
const REMEMBERED: usize = 64;

/// What was asked of this agent before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deeds {
    /// The last ones, oldest first.
    seen: VecDeque<Id>,
    /// The machine was about to go down.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaving: Option<Leaving>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Leaving {
    action: Id,
    /// The boot that was to end.
    boot_id: Option<String>,
}

/// Why an action is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDone {
    /// In a word.
    pub outcome: Outcome,
    /// In a sentence.
    pub words: String,
}

impl Deeds {
    /// Nothing was ever asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty() && self.leaving.is_none()
    }

    /// Whether this is to be done. It is remembered before it is: an action that was begun and not ended is not begun
    /// again.
    ///
    /// # Errors
    /// [`NotDone`], which the server is told.
    pub fn take(
        &mut self,
        request: &ActionRequest,
        server_time: Timestamp,
        allowed: &Allowed,
        boot_id: Option<&str>,
    ) -> Result<(), NotDone> {
        let not = |outcome, words: String| Err(NotDone { outcome, words });
        if self.seen.contains(&request.id) {
            return not(Outcome::Refused, "it was asked for before, and nothing is done twice".to_owned());
        }
        // By the server's clock alone: a machine with a dead battery has none.
        if request.expires_at < server_time {
            return not(Outcome::Expired, "it came after its time".to_owned());
        }
        let kind = request.action.kind();
        if request.action == Action::Unknown {
            let version = env!("CARGO_PKG_VERSION");
            return not(Outcome::Refused, format!("agent {version} does not know this action: upgrade it"));
        }
        if !allowed.has(kind) {
            return not(Outcome::Refused, format!("{kind} is not enabled on this machine (--allow)"));
        }
        self.seen.push_back(request.id.clone());
        if self.seen.len() > REMEMBERED {
            self.seen.pop_front();
        }
        if matches!(request.action, Action::Reboot | Action::PowerOff) {
            self.leaving = Some(Leaving { action: request.id.clone(), boot_id: boot_id.map(str::to_owned) });
        }
        Ok(())
    }

    /// At a start: what became of the machine that was about to go down. Told once.
    pub fn returned(&mut self, boot_id: Option<&str>) -> Option<(Id, Outcome, String)> {
        let Leaving { action, boot_id: before } = self.leaving.take()?;
        Some(if before.is_some() && before.as_deref() == boot_id {
            (action, Outcome::Failed, "the machine did not go down: it is still the same boot".to_owned())
        } else {
            (action, Outcome::Done, "the machine is up again, in a new boot".to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(id: &str, action: Action) -> ActionRequest {
        ActionRequest { id: id.parse().unwrap(), expires_at: Timestamp(1000), action }
    }

    fn outcome(deeds: &mut Deeds, request: &ActionRequest, now: i64, allowed: &str) -> Option<Outcome> {
        let allowed = allowed.parse().unwrap();
        deeds.take(request, Timestamp(now), &allowed, Some("boot-1")).err().map(|not| not.outcome)
    }

    #[test]
    fn an_action_is_done_once_in_its_time_and_where_it_is_enabled() {
        let mut deeds = Deeds::default();
        let report = request("a", Action::Report);
        assert_eq!(outcome(&mut deeds, &report, 1001, "report"), Some(Outcome::Expired));
        assert_eq!(outcome(&mut deeds, &report, 1000, "logs,blink"), Some(Outcome::Refused));
        assert_eq!(outcome(&mut deeds, &report, 1000, "report"), None);
        assert_eq!(outcome(&mut deeds, &report, 1000, "report"), Some(Outcome::Refused));
        let unknown = request("b", Action::Unknown);
        assert_eq!(
            outcome(&mut deeds, &unknown, 1, "report,logs,reboot,power-off,blink"),
            Some(Outcome::Refused)
        );
        assert_eq!(deeds.returned(Some("boot-2")), None);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut deeds = Deeds::default();
        for number in 0..100 {
            assert_eq!(outcome(&mut deeds, &request(&format!("a{number}"), Action::Logs), 1, "logs"), None);
        }
        assert_eq!(deeds.seen.len(), REMEMBERED);
        assert_eq!(outcome(&mut deeds, &request("a99", Action::Logs), 1, "logs"), Some(Outcome::Refused));
    }

    #[test]
    fn a_reboot_is_done_when_another_boot_is_seen() {
        for (boot, expected) in
            [(Some("boot-1"), Outcome::Failed), (Some("boot-2"), Outcome::Done), (None, Outcome::Done)]
        {
            let mut deeds = Deeds::default();
            assert_eq!(outcome(&mut deeds, &request("r", Action::Reboot), 1, "reboot"), None);
            let kept: Deeds = serde_json::from_str(&serde_json::to_string(&deeds).unwrap()).unwrap();
            assert_eq!(kept, deeds);
            let (action, outcome, _) = deeds.returned(boot).unwrap();
            assert_eq!((action.as_str(), outcome), ("r", expected));
            assert_eq!(deeds.returned(boot), None);
        }
    }
}
