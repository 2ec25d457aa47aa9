//! `muster-agent`: the command line.

use std::io::stderr;
use std::process::ExitCode;

use clap::Parser;
use muster_agent::cli::{Cli, execute};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    execute(&cli)
}

/// Plain lines on standard error: the journal and the console add time and colour where they want them. `MUSTER_LOG` sets
/// the level; the libraries below never say more than warnings, for they know no secrets.
fn log() {
    let level = std::env::var("MUSTER_LOG").ok().and_then(|level| level.parse().ok());
    let levels = Targets::new()
        .with_target("muster_agent", level.unwrap_or(LevelFilter::INFO))
        .with_default(LevelFilter::WARN);
    let lines = tracing_subscriber::fmt::layer().without_time().with_target(false).with_ansi(false);
    tracing_subscriber::registry().with(lines.with_writer(stderr).with_filter(levels)).init();
}
