//! When a phone rings: rules, incidents, subscriptions, and an outbox that loses nothing.
//!
//! ```text
//!  a sample ──▶ rules (pure) ──▶ conditions ──▶ transition ─┐
//!  silence  ──▶ deadlines ─────────────────────▶ transition ─┼─▶ one transaction: incident + outbox ──▶ sender ──▶ ntfy
//!  an event ──▶ opens or closes, by key ───────▶ transition ─┘
//! ```
//!
//! - [`rules`] look at one sample and say of each thing on which side of its limits it stands; [`condition`](Condition)
//!   adds the times. Both are pure.
//! - The engine ([`Alerts`]) keeps the state of every host in memory, and writes only when an incident opens, changes or
//!   is over. What it knows after a restart is what the open incidents say.
//! - Nothing is sent by what decides. A message is a row, written with its incident; the sender tries it until it is
//!   delivered, superseded by a newer one of its incident, or a day old. The same `sequence_id` for all messages of one
//!   incident lets a phone replace the old one, so that sending twice does no harm.
//!
//! The server calls [`Alerts::observe`], [`Alerts::heard`] and [`Alerts::run`]; this crate knows no HTTP server.

mod backoff;
mod condition;
mod duration;
mod engine;
mod error;
mod event_rules;
mod incident;
mod message;
mod mute;
mod outbox;
pub mod provider;
pub mod rules;
mod severity;
mod settings;
mod store;
mod subscription;

pub use condition::{Condition, Side, Timing};
pub use engine::Alerts;
pub use error::AlertsError;
pub use incident::{Incident, IncidentFilter};
pub use mute::{Muted, muted};
pub use provider::{NewProvider, Provider, ProviderKind};
pub use rules::RuleId;
pub use severity::{Severity, UnknownSeverity};
pub use settings::{InvalidSettings, Settings};
pub use subscription::{NewSubscription, Subscription, TestResult};
