//! The chores of this workspace, in Rust: `cargo xtask demo`, `test`, `build`, `order`, `packages`, `bench`.
//!
//! It compiles with the Rust toolchain alone, and gets what the rest needs. One file a command.

mod agent;
mod bench;
mod build;
mod cargo;
mod demo;
mod elf;
mod order;
mod qr;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lab::interrupt::{self, Interrupted};
use lab::packages;

/// The chores of this workspace
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install the Debian packages that building needs
    Packages,
    /// Build `muster` and the static `muster-agent` into target/release
    Build,
    /// Find out anew which functions of the agent are to lie side by side (agent/order.ld)
    Order,
    /// Run every test there is; what follows goes to `cargo nextest run`
    Test(test::Arguments),
    /// Show the whole line of travel: two machines boot, report, one dies, a phone rings
    Demo(demo::Arguments),
    /// Measure what we are judged by, against what one would use instead
    #[command(subcommand)]
    Bench(bench::Command),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = interrupt::catch().and_then(|()| match cli.command {
        Command::Packages => packages::require(packages::BUILD),
        Command::Build => build::run().map(drop),
        Command::Order => order::run(),
        Command::Test(arguments) => test::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Bench(command) => bench::run(&command),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            eprintln!("interrupted; everything that was started is stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_test_is_handed_on() {
        let cli = Cli::try_parse_from(["xtask", "test", "-p", "lab", "--no-fail-fast", "bios"]).unwrap();
        let Command::Test(arguments) = cli.command else { panic!("not test") };
        assert_eq!(arguments.rest, ["-p", "lab", "--no-fail-fast", "bios"]);
    }
}
