//! `muster-agent`: the command line.

use std::process::ExitCode;

use clap::Parser;
use muster_agent::cli::{Cli, execute};

// The linker's, and not in the program: named here so that cargo links anew when it has changed.
const _: &[u8] = include_bytes!("../order.ld");

fn main() -> ExitCode {
    muster_agent::one_heap();
    execute(&Cli::parse())
}
