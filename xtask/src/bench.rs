//! `cargo xtask bench`: what we are judged by, measured against what one would use instead, in one run on one machine.
//!
//! Nothing here is a test: a machine's speed is its own, and only ratios are told. It writes to `target/bench` alone.

mod agent;
mod cost;
mod floor;
mod peers;
mod rounds;
mod stub;
mod verdict;
mod watch;

use std::io::IsTerminal as _;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The agent: a full inventory beside lshw, hwinfo, facter and ironic-python-agent; a sample beside node_exporter; and
    /// what it takes to keep watch. Exit status 1 when a target is missed
    Agent(agent::Arguments),
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Agent(arguments) => agent::run(arguments),
    }
}

/// How far it is, for who watches; a log has no use for it.
fn progress(what: &str, done: u32, of: u32) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{what} {done} of {of}{}", if done == of { "\n" } else { " " });
    }
}
