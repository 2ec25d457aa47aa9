//! `muster-agent`: the command line.

use std::process::ExitCode;

use clap::Parser;
use muster_agent::cli::{Cli, execute};

fn main() -> ExitCode {
    let cli = Cli::parse();
    muster_agent::log::begin();
    execute(&cli)
}
