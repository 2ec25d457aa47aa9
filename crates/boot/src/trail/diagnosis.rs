//! Where a boot stands: on its way, at its end, or stopped, and then at which hop and what usually causes that. Pure.
//!
//! [`next`] holds what each step is followed by, in which time, and what is wrong when it is not; [`loops`] finds a machine
//! that runs in a circle; [`failed`] is for what a machine or the server said itself.

mod failed;
mod loops;
mod next;

use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

use super::kind::StepKind;
use super::step::{Client, Course, Facts, RecordedStep};

/// Where a boot stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// How.
    pub state: State,
    /// At which hop.
    pub hop: Hop,
    /// In a sentence.
    pub text: String,
    /// What usually causes that, and what mends it; absent where nothing is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How long the next step may take.
    pub expected_secs: u64,
}

/// How a boot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The next step is awaited, and not late.
    Going,
    /// It came to an end that was meant.
    Done,
    /// The next step did not come in its time.
    Stopped,
    /// Something said that it failed.
    Failed,
}

/// A piece of the way, named by what is awaited there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hop {
    /// An address.
    Dhcp,
    /// iPXE, by the firmware.
    Loader,
    /// The first script, by iPXE.
    Chain,
    /// This machine's own script.
    Script,
    /// The kernel.
    Kernel,
    /// The initramfs.
    Initramfs,
    /// What the system loads after it.
    System,
    /// The agent's first word.
    Agent,
    /// Nothing more.
    End,
}

/// What is known beside the steps.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The time.
    pub now: Timestamp,
    /// A file is on its way to the machine.
    pub sending: bool,
    /// How many boots it has begun in the last quarter of an hour, with this one.
    pub boots_lately: usize,
}

/// Boots in a quarter of an hour that are no accident.
const RESTLESS: usize = 4;
/// The span of [`Known::boots_lately`].
pub const LATELY: Duration = Duration::from_secs(900);
/// A transfer that broke off may be begun again at once.
const AGAIN: Duration = Duration::from_secs(15);

/// What the steps of one boot say together.
struct Seen<'a> {
    steps: &'a [RecordedStep],
    known: Known,
}

/// Where the boot with these steps stands.
#[must_use]
pub fn standing(steps: &[RecordedStep], known: Known) -> Standing {
    let seen = Seen { steps, known };
    let Some(last) = seen.last() else {
        return Standing {
            state: State::Going,
            hop: Hop::Dhcp,
            text: "It has done nothing yet.".to_owned(),
            cause: None,
            expected_secs: 0,
        };
    };
    let mut standing = match seen.ended(last) {
        Some(ended) => ended,
        None => seen.awaits(last),
    };
    if standing.state == State::Stopped && known.boots_lately >= RESTLESS {
        let again = format!(
            "It has begun {} boots in a quarter of an hour: each ends here, and its firmware starts over.",
            known.boots_lately
        );
        standing.cause = Some(standing.cause.map_or(again.clone(), |cause| format!("{again} {cause}")));
    }
    standing
}

impl Seen<'_> {
    /// The last step that is one of the boot's way: a system that asks for an address is none.
    fn last(&self) -> Option<&RecordedStep> {
        let on_the_way = |step: &&RecordedStep| step.facts.client != Some(Client::System);
        self.steps.iter().rev().find(on_the_way).or(self.steps.last())
    }

    fn ended(&self, last: &RecordedStep) -> Option<Standing> {
        let done = |text: &str| Standing {
            state: State::Done,
            hop: Hop::End,
            text: text.to_owned(),
            cause: None,
            expected_secs: 0,
        };
        match last.kind {
            StepKind::AgentFirstWord => Some(done("The agent runs and has spoken.")),
            StepKind::Decision if last.facts.course == Some(Course::Disk) => {
                Some(done("It was sent to its own disk: what follows is not seen from here."))
            }
            StepKind::AgentFailed | StepKind::Refused => Some(failed::standing(last)),
            _ if self.known.sending => None,
            _ => loops::standing(self),
        }
    }

    /// What is awaited after `last`, and whether it is late.
    fn awaits(&self, last: &RecordedStep) -> Standing {
        let unfinished = last.broke_off() || (last.took_nothing() && !last.kind.is_loader());
        let next = if unfinished { next::after_a_break(last, AGAIN) } else { next::after(self, last) };
        let since = self.steps.last().map_or(last.at, |step| step.at.max(last.at));
        let is_late = !self.known.sending && self.known.now.since(since) > next.within;
        let (state, text, cause) = if is_late {
            (State::Stopped, next.stopped, Some(next.cause))
        } else if self.known.sending {
            (State::Going, "A file is on its way to it.".to_owned(), None)
        } else {
            (State::Going, next.going.to_owned(), None)
        };
        Standing { state, hop: next.hop, text, cause, expected_secs: next.within.as_secs() }
    }

    /// The newest word of DHCP's to such a program.
    fn answer_to(&self, client: Client) -> Option<&Facts> {
        let answered = |step: &&RecordedStep| {
            matches!(step.kind, StepKind::DhcpOffer | StepKind::DhcpAck) && step.facts.client == Some(client)
        };
        self.steps.iter().rev().find(answered).map(|step| &step.facts)
    }

    /// The DHCP server's log is read: what it did not tell did not happen.
    fn dhcp_is_read(&self) -> bool {
        self.steps.iter().any(|step| step.kind.is_dhcp())
    }

    /// The architecture that the machine told DHCP.
    fn arch(&self) -> Option<u16> {
        self.steps.iter().find_map(|step| step.facts.arch)
    }

    /// Where the newest decision leads.
    fn course(&self) -> Option<Course> {
        self.steps.iter().rev().find_map(|step| step.facts.course)
    }

    /// The system asked DHCP for an address after this step.
    fn system_asked_after(&self, step: &RecordedStep) -> bool {
        self.steps.iter().any(|other| other.id > step.id && other.facts.client == Some(Client::System))
    }
}

#[cfg(test)]
mod tests;
