//! What a machine is made of, and what agent and server say to each other.
//!
//! Plain types and serde, no I/O. The agent fills them in, the server reads them; both depend on this crate and share
//! nothing else but the pinned certificate. Three rules hold for every type here:
//!
//! - **Units stand in names** (`size_bytes`, `temp_celsius`), and a value that is not known is absent, never zero.
//! - **Order is stable**: lists are sorted by their key, so that the same machine says the same bytes.
//! - **Peers differ in age**: unknown fields are ignored, a newer *major* [`SchemaVersion`] is refused in plain words.
//!
//! A [`Report`] says what a machine *is* (it changes when somebody turns a screwdriver); a [`Sample`] says how it *does*
//! (it changes by the second). Nothing that changes by the second may enter a report, or every report would be news.

mod action;
mod clock;
mod enrol;
mod id;
mod incoming;
mod mac;
mod message;
mod problem;
mod report;
pub mod sample;
pub mod sections;
mod version;

pub use action::{Action, ActionRequest, BLINK_SECS, LOGS_LIMIT_BYTES, LONGEST_BLINK_SECS, Outcome, Receipt};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use enrol::{AgentKey, EnrolReply, EnrolRequest, Identity, IdentityNic, InvalidAgentKey};
pub use id::{Id, InvalidId};
pub use incoming::{Limits, Refusal, parse};
pub use mac::{InvalidMac, MacAddr};
pub use message::{AgentStamp, Failure, Goodbye, GoodbyeReason, Reply};
pub use problem::Problem;
pub use report::{AgentInfo, Report, Section, Sections, Warning};
pub use sample::{
    ArrayKind, ArrayMember, ArrayState, ClockState, DriveAttribute, DriveHealth, DriveSelfTest, DriveVerdict,
    DriveWarning, FilesystemUse, Load, MemoryErrors, MemoryUse, NicState, Pressure, Reading, Sample,
    SelfTestOutcome, SensorClass, SensorKind, Stall, Stalls, Temperature,
};
pub use version::{SCHEMA, SchemaVersion};
