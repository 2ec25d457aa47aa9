//! A fake OPNsense for tests: it answers over HTTPS as a real one does, checks what is saved as the real models do, keeps a
//! history, and lets the real dnsmasq decide whether it can run with what was saved. Things can be made to go wrong with it.
//!
//! ```no_run
//! use fake_opnsense::{FakeOpnSense, Options, Trouble, When};
//!
//! let fake = FakeOpnSense::start(Options::default());
//! fake.trouble(When::path("dnsmasq/settings/setBoot/*").nth(2).once(), Trouble::DropAfter);
//! // … a client that talks with fake.url(), with a key of User::muster() …
//! assert_eq!(fake.rows("dnsmasq.dhcp_boot").len(), 2);
//! ```
//!
//! A person's hand is [`FakeOpnSense::human`]: what the firewall's own pages do, by another user. A page, a table and a file are
//! looked at with [`FakeOpnSense::rows`], [`FakeOpnSense::config_xml`], [`FakeOpnSense::dnsmasq_file`] and their like.
//!
//! What it leaves out: pages, packets, names and balanced connections themselves, the tables of dnsmasq by CSV, HAProxy's
//! ACLs, actions and certificates, categories and schedules of rules. Texts are English, whatever the language.
//!
//! What it knows is data: models with tables and fields. How requests become answers is the same for all of them
//! (`actions`); what a service makes of what is saved is each one's own (`dnsmasq`, `unbound`, `haproxy`).

mod actions;
mod backup;
mod check;
mod config;
mod core;
mod desk;
mod dhcp_option;
mod dnsmasq;
mod fake;
mod haproxy;
mod item;
mod json;
mod model;
mod options;
mod protocols;
mod release;
mod request;
mod revision;
mod route;
mod rules;
mod search;
mod server;
mod services;
mod site;
mod state;
mod trouble;
mod unbound;
mod user;
mod xml;

pub use config::{Config, Item};
pub use desk::Desk;
pub use dnsmasq::Runner;
pub use fake::FakeOpnSense;
pub use options::Options;
pub use release::Release;
pub use revision::Revision;
pub use server::Logged;
pub use site::{Interface, Site, WebPage};
pub use state::Lease;
pub use trouble::{Hand, Trouble, When};
pub use user::{NEEDED, User};
