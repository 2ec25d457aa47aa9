//! The agent: what runs on a machine, reads what it is made of, and tells the server.
//!
//! ```text
//!   /sys /proc SMBIOS ──▶ collect ──▶ report ─┐
//!                  └────▶ sample ─────────────┴─▶ outbox ──▶ client ──▶ server
//!                                     └─▶ listen ◀── a server that comes and asks
//! ```
//!
//! It reads, and never writes to a disk of the machine that it describes: of devices it asks only what is known to change
//! nothing. What it does when it is asked to ([`act`]) is an enumerated few. Three promises shape it:
//!
//! - **One failed part loses only itself.** Each collector runs alone ([`guard`]): a panic, a hang, a file that is refused
//!   costs its section, or a line in it, and never the report.
//! - **Nothing is given up because the server is away.** What was collected waits in the [`outbox`]; the courier in
//!   [`run`] tries on with capped back-off and full jitter, for ever.
//! - **A restart is the same agent.** The key lives in the [`state`] file; it is made here, and the server keeps its hash.
//!
//! Collectors read from a [`root::Root`]: `/` in life, a captured tree in tests, with every read bounded. [`settings`] are
//! looked up as flags, in the environment, and on the kernel's command line, which is all that a machine in a discovery
//! system has. [`client`] trusts the one certificate whose fingerprint it was given, and asks no name server but the site's.
//!
//! The binary is static, has one thread of tokio, and runs in an initramfs with nothing else in it. The words between agent
//! and server are the `inventory` crate's; this crate shares nothing else with the server.

pub mod act;
mod chain;
mod child;
pub mod cli;
pub mod client;
pub mod collect;
pub mod common;
pub mod dump;
pub mod guard;
pub mod install;
mod json;
mod keep;
mod kernel;
pub mod listen;
pub mod log;
pub mod outbox;
pub mod probe;
pub mod report;
pub mod root;
pub mod run;
pub mod sample;
pub mod settings;
pub mod start;
pub mod state;
pub mod status;
#[cfg(test)]
mod tree;

pub use kernel::one_heap;
