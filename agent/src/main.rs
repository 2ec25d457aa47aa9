//! `muster-agent`: the command line.

use std::process::ExitCode;

use clap::Parser;
use muster_agent::cli::{Cli, execute};

fn main() -> ExitCode {
    muster_agent::one_heap();
    execute(&Cli::parse())
}
