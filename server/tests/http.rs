//! The HTTP surface: a server that listens, on a real database.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

#[path = "http/actions.rs"]
mod actions;
#[path = "http/agents.rs"]
mod agents;
#[path = "http/assets.rs"]
mod assets;
#[path = "http/bad_input.rs"]
mod bad_input;
#[path = "http/boot_control.rs"]
mod boot_control;
#[path = "http/boot_firmware.rs"]
mod boot_firmware;
#[path = "http/booting.rs"]
mod booting;
#[path = "http/cli.rs"]
mod cli;
#[path = "http/clusters.rs"]
mod clusters;
#[path = "http/documents.rs"]
mod documents;
#[path = "http/downloads.rs"]
mod downloads;
#[path = "http/everything.rs"]
mod everything;
#[path = "http/explain.rs"]
mod explain;
#[path = "http/gateways.rs"]
mod gateways;
#[path = "../../crates/okd/tests/support/installer.rs"]
mod installer;
#[path = "http/installing.rs"]
mod installing;
#[path = "http/installs.rs"]
mod installs;
#[path = "http/inventory.rs"]
mod inventory;
#[path = "http/lingering.rs"]
mod lingering;
#[path = "http/operators.rs"]
mod operators;
#[path = "http/pages.rs"]
mod pages;
#[path = "http/played.rs"]
mod played;
#[path = "http/power.rs"]
mod power;
#[path = "http/program.rs"]
mod program;
#[path = "http/reach.rs"]
mod reach;
#[path = "http/rights.rs"]
mod rights;
#[path = "http/roles.rs"]
mod roles;
#[path = "http/scripted.rs"]
mod scripted;
#[path = "http/storm.rs"]
mod storm;
#[path = "http/support.rs"]
mod support;
#[path = "http/trail.rs"]
mod trail;
#[path = "http/trail_in_words.rs"]
mod trail_in_words;
