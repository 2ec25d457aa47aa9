//! The power switch of a machine, whichever it has.
//!
//! Most machines here have no management controller. What they have is a card that wakes them ([`wol`]), an agent that can
//! switch them off, an SSH server that takes our key, and somebody who walks over and presses the button. Each of these is
//! one file that offers one capability, [`PowerControl`]; a management controller is one more.
//!
//! ```text
//!  request ─▶ line (pure: which ways, in which order) ─▶ attempt ─▶ PowerControl ─▶ wire, agent, sshd, phone
//!                                    ▲                      │
//!                    next way ◀──────┴── nothing seen ◀── sight (pure: did it happen?) ◀── Signs: agent's words, boots
//! ```
//!
//! What holds:
//! - **Sent is not happened.** An attempt says what is known of it ([`How`]); that the machine did it is seen by its agent's
//!   silence, its agent's word or its boot, within a deadline, or it is said that nothing was seen.
//! - One request runs on a host at a time. Each attempt is a row, and an event of the host's timeline. What waits for a hand
//!   outlives the server; what else one that was stopped left is said to be interrupted, and is not tried again by itself.
//! - A machine's SSH server is trusted by the key that its agent told, and not spoken to without one.
//! - Passwords are named secrets, read when they are needed, and stand in no row, event, error or log.
//! - Somebody in the room answers once, by a link that is good for one answer to one question until it expires.
//!
//! What this crate does not know: hosts. The server hands in [`Machines`], which finds one, says what was seen of it, and
//! carries errands to its agent.

mod act;
mod agent;
mod answer;
mod button;
mod control;
mod course;
mod error;
mod line;
mod machine;
mod power;
mod question;
mod request;
mod run;
mod sight;
pub mod ssh;
mod store;
mod way;
pub mod wol;

pub use act::{Act, UnknownAct};
pub use answer::{Answer, AnswerKey, UnknownAnswer, Via};
pub use control::{Abilities, Done, How, PowerControl, Refusal};
pub use error::PowerError;
pub use machine::{Errand, ErrandState, Machine, Machines, Signs};
pub use power::{Answered, Power, Shown, Tuning};
pub use question::Question;
pub use request::{Attempt, Outcome, Request, State};
pub use sight::{Level, Standing, standing};
pub use store::requests::{Quiet, quiet};
pub use store::switches::uses_secret;
pub use way::{AgentWay, ButtonWay, InvalidWay, Kind, SshWay, User, Way, WayName, Ways, WolWay};
