//! The gateway: the firewall that gives the site its addresses, names, network boot and load balancing. Muster sets it up,
//! proves it, and can undo it.
//!
//! What is wanted of a gateway is a [`Wish`], in the words of the site and not of any product. An adapter words it as
//! [`Object`]s of its own (the capabilities [`DhcpServer`], [`DnsServer`], [`LoadBalancer`]), and reads what is there as a
//! [`Reading`]. All that decides is pure and the same for every adapter:
//!
//! ```text
//!  Wish ──worded by the adapter's capabilities──▶ Wanted ─┐
//!  gateway ──read──▶ Reading ─────────────────────────────┴─▶ Plan ──apply──▶ write, read back, activate, verify
//!                                                             (changes, conflicts, notices)        │ a journal row each
//!                                                                                     undo ◀───────┘ inverse, in reverse
//! ```
//!
//! What holds:
//! - **Muster owns only what it made.** An object's id is a UUIDv5 of the server's own [`SiteId`], the kind and the name, and
//!   where there is a description, it says so too. What is not its own is never changed and never removed: it is a
//!   [`Conflict`], and the plan is not applied while there is one.
//! - **Apply does exactly the plan shown.** A plan has a digest; it is made anew before it is applied, and refused when it
//!   differs. Applied, a second plan is empty.
//! - **Nothing half-done is left without being said.** Each change is in the journal before it is made. What fails is undone
//!   by the inverse changes in reverse order; what can't be undone is named, and the next apply heals it.
//!
//! What this crate does not know: hosts, HTTP servers, and who asks. Whoever has a wish hands it in as a part of its own.

mod apply;
mod capability;
mod change;
mod dnsmasq;
mod error;
mod gateways;
mod name;
mod object;
pub mod opnsense;
mod ownership;
mod plan;
mod reading;
mod record;
mod registration;
mod same;
mod simulate;
mod site;
mod store;
mod undo;
pub mod wish;
pub mod wording;

pub use apply::Pace;
pub use capability::{DhcpServer, DnsServer, Gateway, LoadBalancer, Wanted};
pub use change::{Action, Change};
pub use dnsmasq::{Dnsmasq, DnsmasqHost};
pub use error::GatewayError;
pub use gateways::{Adapters, Connect, Gateways, uses_secret};
pub use name::{GatewayName, InvalidGatewayName};
pub use object::{Fields, Found, Kind, Object, Service};
pub use plan::{Conflict, Notice, Plan};
pub use reading::{Address, Facts, Interface, Reading, Revision, ServiceState, Since, WebListener};
pub use record::{ApplyRecord, ApplyState, Drift, StepRecord, StepState};
pub use registration::{AdapterKind, LastApply, Listed, Registration, Reload};
pub use site::SiteId;
pub use wish::Wish;
