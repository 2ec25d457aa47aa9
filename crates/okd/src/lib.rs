//! From a machine that is known to a node of an OKD cluster: armed once, installed once, and ever after it boots from its
//! own disk.
//!
//! ```text
//!  installer's folder ─▶ cluster (configs sealed, dates read) ─┐
//!  host ─ set-role ─▶ assignment (role, disk, network) ────────┼─▶ validation ─▶ arm ─▶ arming, a generation
//!  inventory ─▶ disk (selector ─▶ one target) ─────────────────┘                           │
//!        boot script ◀── Install (boot::install) ◀── judge: does the arming still fit? ◀───┤
//!        live system ◀── live document (no secret, repeatable): guard of the disk, phone-home
//!        installer   ◀── node document (secret, once): in one transaction the arming is consumed
//!        progress    ◀── what the machine says, and what it was seen to fetch; overdue and failed ring
//! ```
//!
//! What holds:
//! - **One generation, one install.** An [`Arming`] names host, identifiers, disk, cluster and expiry. Handing out the node's
//!   document consumes it, in the transaction that says so; what comes after that is sent to its own disk.
//! - **What is armed is what was shown.** The arming holds all that the boot and the documents are made of; what an operator
//!   changes later counts for the next arming only.
//! - **A config is given to its one receiver, or nobody.** An installer takes any 200 for a config and erases the disk: all
//!   else is 403, and an incident.
//! - **No disk by the kernel's name.** A disk is chosen by what stays with it, and named to the machine by
//!   `/dev/disk/by-id`; the machine looks once more before it writes.
//!
//! What this crate does not know: HTTP, and how a plan reads on a terminal.

pub mod arming;
pub mod assignment;
pub mod cluster;
pub mod disk;
pub mod documents;
mod error;
pub mod front;
pub mod network;
pub mod progress;
mod role;
mod store;
pub mod validation;

pub use arming::{Arming, Installs};
pub use assignment::{Assignment, Assignments};
pub use cluster::Cluster;
pub use disk::{Selector, Target};
pub use error::OkdError;
pub use front::Fronts;
pub use network::NodeNetwork;
pub use progress::Progress;
pub use role::{Role, UnknownRole};
