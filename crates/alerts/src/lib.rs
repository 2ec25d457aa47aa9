//! What is wrong, since when, and who was told.
//!
//! Rules look at samples, at silence and at events; a rule that fires opens an *incident*; an incident is told to everybody
//! who *subscribed* to it, through a *provider*. Each arrow is one file's door:
//!
//! ```text
//! sample ─▶ rules/temperature, rules/filesystem ─┐                                       ┌─▶ providers/ntfy ─▶ phone
//! silence ─▶ rules/missing ──────────────────────┼─▶ rules/hysteresis ─▶ incident + lane ─┤   (sender, retries)
//! event ─▶ rules/event ──────────────────────────┘    (for how long)     (one transaction)└─▶ outbox: who waits
//!                          mute: which rule speaks in which state of a host's life
//! ```
//!
//! What holds:
//! - **Deciding is pure**: everything in `rules/`, `mute`, `outbox`, `message` and `engine/watch` is a function of its
//!   arguments. The rest reads, writes and sends.
//! - **One transaction** writes the incident, what is to be sent of it, what the rule remembers, and how far events were
//!   read. Nothing is sent from code that decides. So a server that dies between the two sends after its next start.
//! - **At least once, never out of order**: a topic and an incident share a *lane*; a newer transition takes the place of
//!   an unsent older one; on the phone a message takes the place of the one before it.
//! - **Nobody hears that something is over who never heard that it was.** Who did always hears it.
//! - Silence is not health: a reading that is missing changes nothing. Only `agent.missing` speaks of silence.
//! - Strangers ring once for all of them; a host that is installed or worked on is treated as the operator would: see
//!   `mute`.
//!
//! The server calls [`Alerts`]: [`Alerts::start`] once, [`Alerts::heard`] and [`Alerts::observe`] for every word of an agent
//! *after* it was committed, and [`Alerts::run`] in a task. Operators' doors are the functions on providers, subscriptions
//! and incidents below.
//!
//! What this crate does not know: HTTP towards operators, pages, and what a host is made of.

mod delivery;
mod engine;
mod error;
mod incident;
mod message;
mod mute;
mod outbox;
mod provider;
mod providers;
mod rules;
mod settings;
mod severity;
mod store;
mod subscription;
mod topic;

pub use delivery::{Delivery, DeliveryStatus};
pub use engine::{Alerts, TestResult};
pub use error::AlertsError;
pub use incident::{Incident, IncidentFilter, IncidentState, OpenCount, UnknownIncidentState};
pub use message::Button;
pub use provider::{InvalidProviderUrl, NewProvider, Provider, ProviderKind, ProviderUrl, Trouble};
pub use rules::{RuleId, UnknownRule};
pub use settings::{
    AgentRules, BootRules, EventSettings, FilesystemSettings, FsRules, HostsRules, IdentityRules,
    InstallRules, InvalidSettings, InvalidSpan, MissingSettings, PowerRules, RuleSettings, Settings, Span,
    TempRules, TempSettings, UnapprovedSettings,
};
pub use severity::{Severity, UnknownSeverity};
pub use store::deliveries::deliveries;
pub use store::incidents::{incident, incidents, open_counts};
pub use store::providers::{add_provider, provider, providers, remove_provider, uses_secret};
pub use store::subscriptions::{add_subscription, remove_subscription, subscription, subscriptions};
pub use subscription::{NewSubscription, Subscription};
pub use topic::{InvalidTopic, Topic};
