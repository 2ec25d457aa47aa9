//! Who the machines are.
//!
//! An agent's first word becomes a host ([`enrol`]), its reports become inventories and revisions ([`take_report`]), its
//! samples the host's latest state ([`take_sample`]); an operator takes hosts in and out ([`approve`], [`transition`]).
//!
//! ```text
//!  enrolment ─┐                  ┌─ fits, or new ──▶ host (discovered) ──approve──▶ ready ─▶ …
//!  report    ─┼─▶ identify ─▶ recognise
//!  scrape    ─┘   (no junk)      └─ unproven, or in conflict ──▶ claim ──settle──▶ accepted | separate | dismissed
//!                                        report ─▶ merge ─▶ canonical ─▶ revision + diff, when it differs
//! ```
//!
//! What holds:
//! - No single number makes a machine: see [`identify`] for what each is worth, [`recognise`] for the rule. Nothing is ever
//!   merged on a doubt: what does not fit is a [`Claim`], stored beside the host until an operator settles it.
//! - A host that an operator approved is changed by its own agent's key, or by a ticket for one of its own addresses, and
//!   by nothing else that a machine may say. An unapproved host takes nothing from it.
//! - What a section of a report could not read is not lost: the last good data stand, and the problem is told once.
//! - A revision is stored only when what the machine *is* changed, not when it booted another kernel.
//! - Every change writes its event in the same transaction. Everything that a machine may send without end is bounded.
//!
//! Pure: `identity`, `junk`, `recognise`, `collide`, `canonical`, `follow`, `diff`, `summary`, `overview`, `boot_order`, `name`, `state`. All SQL
//! stands in `store/`. Functions that change rows take the transaction, so that callers compose them; those that read take
//! the readers' pool. Keys are never seen here but as hashes.
//!
//! [`Discover`] is this crate's score: it looks for machines, in the networks that the site declares and nowhere else.

mod actions;
mod boot_order;
mod canonical;
mod claim;
mod collide;
mod diff;
mod discover;
mod document;
mod enrol;
mod error;
mod facts;
mod follow;
mod host;
mod identity;
mod junk;
mod life;
mod name;
mod overview;
mod place;
mod recognise;
mod report;
mod scraped;
mod speak;
mod state;
mod store;
mod summary;
mod unproven;
mod words;

pub use actions::{AgentAction, Delivery, ask, deliver, put_logs, take_receipt};
pub use boot_order::BootOrder;
pub use claim::{Claim, ClaimKind, MAX_OPEN_CLAIMS, Said, SaidFailure, Settled, Verdict, settle_claim};
pub use diff::{Change, ChangeKind, diff};
pub use discover::{AGENT_PORT, Discover, ScrapeError, ScrapeKey, Scraper};
pub use document::Inventory;
pub use enrol::{EnrolOutcome, Enrolled, IntakeLimits, Proof, enrol};
pub use error::{EnrolError, HostError};
pub use facts::HostFacts;
pub use host::{Filter, Host, HostIdentifier, HostProblem, Page, Source};
pub use identity::{Identifier, IdentifierKind, Strength, identify};
pub use junk::{is_junk, is_junk_uuid};
pub use life::{approve, delete, news, rename, transition};
pub use name::HostName;
pub use place::{Place, put as put_place};
pub use recognise::{Candidate, KnownIdentifier, Recognition, contradiction, recognise};
pub use report::{Taken, take_report};
pub use scraped::{Scraped, record_scrape};
pub use speak::Heard;
pub use state::{Event, IllegalTransition, State, UnknownState};
pub use store::actions::{actions, hosts_with_actions, logs};
pub use store::claims::claims;
pub use store::drives::{DriveWord, drives};
pub use store::facts::{all_facts, authenticate, facts, facts_by_mac};
pub use store::identifiers::identifiers;
pub use store::inventories::{Revision, StoredInventory, inventory, revisions};
pub use store::list::{count_boot_order, counts, get, list};
pub use store::problems::problems;
pub use store::words::sample;
pub use summary::summary;
pub use unproven::claim_failure;
pub use words::{take_failure, take_goodbye, take_sample};
