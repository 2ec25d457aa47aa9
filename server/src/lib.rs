//! `muster`: the server and the operator's command line, one binary.
//!
//! | room | what happens there |
//! |---|---|
//! | [`cli`] | parses the command line; every operator command is a thin client of the HTTP API |
//! | [`settings`], [`data_dir`] | how the server is to run; what it keeps in its folder |
//! | [`serve`] | wiring: opens the parts, starts what runs beside, stops in good order |
//! | [`api`] | `/agent/v1`, `/api/v1` and `/boot`: extract, one call, answer; `routes` is the table of all of it |
//! | [`auth`], [`transport`] | the gate before every route; over which connection a request came |
//! | [`gateways`] | what this server proposes to a gateway |
//! | `names` | what the numbers of PCI and USB devices mean |
//! | [`pages`] | what humans see |
//!
//! The words of the domain live in their own crates; none of them knows this one.

pub mod agent_file;
pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod data_dir;
mod discover;
pub mod downloads;
mod format;
pub mod gateways;
pub mod health;
pub mod links;
mod machines;
pub mod mailbox;
mod names;
pub mod pages;
pub mod serve;
pub mod settings;
mod telemetry;
pub mod transport;
