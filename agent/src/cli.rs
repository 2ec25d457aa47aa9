//! The command line: what is asked for, and how it ends.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use inventory::SystemClock;
use serde::Serialize;

use crate::chain::chain;
use crate::collect::Collectors;
use crate::dump::{NoDump, dump};
use crate::report::{Reporter, emptiness};
use crate::root::Root;
use crate::run::{RunError, run};
use crate::sample::Sampler;
use crate::settings::{InvalidSettings, KernelArguments, Settings, Sources};
use crate::start::Start;

/// Tells a Muster server what this machine is made of, and how it does.
#[derive(Parser)]
#[command(name = "muster-agent", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print what this machine is made of, as JSON.
    Report(ReportArgs),
    /// Print how this machine does, as JSON.
    Sample(RootArgs),
    /// Enrol at the server, and report to it until stopped.
    ///
    /// Each setting is looked up as a flag, then in the environment (MUSTER_SERVER, MUSTER_SCRAPE_PORT ...), then on the
    /// kernel's command line (muster.server=, muster.scrape-port= ...). MUSTER_LOG (error, warn, info, debug) says how
    /// much is told on standard error.
    Run(Box<RunArgs>),
}

#[derive(Args)]
struct RootArgs {
    /// Read /sys and /proc below this folder: a captured tree.
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
}

#[derive(Args)]
struct ReportArgs {
    #[command(flatten)]
    root: RootArgs,
    /// Also what takes its time: drives, their contents, the BMC, the neighbours on the network.
    #[arg(long)]
    all: bool,
    /// Indent the JSON.
    #[arg(long)]
    pretty: bool,
    /// Capture all that is read into this folder instead, for a bug report: `--root DIR` reads it again.
    #[arg(long, value_name = "DIR")]
    dump: Option<PathBuf>,
    /// Put other serial numbers, MACs and names in the place of the real ones.
    #[arg(long, requires = "dump")]
    redact: bool,
}

#[derive(Args)]
struct RunArgs {
    #[command(flatten)]
    root: RootArgs,
    /// The server, such as https://10.0.0.2:8443.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// SHA-256 fingerprint of the server's certificate.
    #[arg(long, value_name = "SHA256")]
    pin: Option<String>,
    /// The ticket from the boot script. (Others on this machine can see a flag; the environment and the kernel's command
    /// line are the better places.)
    #[arg(long, value_name = "TICKET")]
    ticket: Option<String>,
    /// Seconds between two samples, 1 to 3600 [default: as the server wishes].
    #[arg(long, value_name = "SECS")]
    interval: Option<String>,
    /// Enrol, report and sample one time, and exit: 0 when the server took everything.
    #[arg(long)]
    once: bool,
    /// Where a restart finds who it was [default: /var/lib/muster-agent/state.json].
    #[arg(long, value_name = "FILE")]
    state: Option<String>,
    /// Who may come and ask GET /inventory: off, loopback, open, or key [default: off].
    #[arg(long, value_name = "MODE")]
    scrape: Option<String>,
    /// On which port [default: 25000].
    #[arg(long, value_name = "PORT")]
    scrape_port: Option<String>,
    /// The file with the key that whoever asks must show.
    #[arg(long, value_name = "FILE")]
    scrape_key_file: Option<String>,
}

impl RunArgs {
    fn flag(&self, name: &str) -> Option<String> {
        let flag = match name {
            "server" => &self.server,
            "pin" => &self.pin,
            "ticket" => &self.ticket,
            "interval" => &self.interval,
            "state" => &self.state,
            "scrape" => &self.scrape,
            "scrape-port" => &self.scrape_port,
            "scrape-key-file" => &self.scrape_key_file,
            _ => return None,
        };
        flag.clone()
    }
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("starting the agent's one thread")]
    NoRuntime(#[source] std::io::Error),
    #[error("the kernel gives no random numbers")]
    NoRandom(#[from] getrandom::Error),
    #[error("{0}")]
    Empty(String),
    #[error(transparent)]
    NoDump(#[from] NoDump),
    #[error("writing JSON")]
    NoJson(#[from] serde_json::Error),
    #[error("writing to standard output")]
    NotPrinted(#[source] std::io::Error),
}

/// Does what was asked for: 0 done, 1 failed, 2 wrong usage.
#[must_use]
pub fn execute(cli: &Cli) -> ExitCode {
    let done = match &cli.command {
        Command::Report(args) => report(args),
        Command::Sample(args) => sample(args),
        Command::Run(args) => match settings(args) {
            Ok((settings, root)) => live(settings, root, args.once),
            Err(error) => return complain(&error, 2),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, 1),
    }
}

fn complain(error: &dyn std::error::Error, status: u8) -> ExitCode {
    writeln!(std::io::stderr(), "muster-agent: {}", chain(error)).ok();
    ExitCode::from(status)
}

fn settings(args: &RunArgs) -> Result<(Settings, Root), InvalidSettings> {
    let root = Root::at(args.root.root.clone());
    let kernel = KernelArguments::read(&root);
    let sources = Sources {
        flags: &|name| args.flag(name),
        environment: &|name| std::env::var(name).ok(),
        kernel: &kernel,
    };
    Ok((Settings::assemble(&sources)?, root))
}

fn live(settings: Settings, root: Root, once: bool) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failed::NoRuntime)?;
    let ended = runtime.block_on(run(settings, root, once, Arc::new(SystemClock)));
    // A collector that hangs in the kernel must not keep a stopped agent alive.
    runtime.shutdown_background();
    Ok(ended?)
}

fn report(args: &ReportArgs) -> Result<(), Failed> {
    let root = Root::at(args.root.root.clone());
    if let Some(folder) = &args.dump {
        let dump = dump(root, folder, args.redact, Arc::new(SystemClock))?;
        let line = format!("{}: {dump}", folder.display());
        return writeln!(std::io::stdout(), "{line}").map_err(Failed::NotPrinted);
    }
    let start = Arc::new(Start::new(&root)?);
    let reporter = Reporter { collectors: Collectors::new(root), start, clock: Arc::new(SystemClock) };
    let report = if args.all { reporter.all() } else { reporter.quick() };
    print(&report, args.pretty)?;
    emptiness(&report.sections).map_or(Ok(()), |reason| Err(Failed::Empty(reason)))
}

fn sample(args: &RootArgs) -> Result<(), Failed> {
    let root = Root::at(args.root.clone());
    let start = Arc::new(Start::new(&root)?);
    print(&Sampler::new(root, start, Arc::new(SystemClock)).sample(), true)
}

fn print(message: &impl Serialize, pretty: bool) -> Result<(), Failed> {
    let json = if pretty { serde_json::to_string_pretty(message) } else { serde_json::to_string(message) };
    match writeln!(std::io::stdout(), "{}", json?) {
        // Whoever read it has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failed::NotPrinted),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_run_is_looked_up() {
        let command = Cli::command();
        let run = command.find_subcommand("run").unwrap();
        let Command::Run(args) = Cli::parse_from(
            ["muster-agent", "run"].into_iter().map(str::to_owned).chain(
                run.get_arguments()
                    .filter_map(|argument| argument.get_long())
                    .filter(|long| !matches!(*long, "root" | "once" | "help" | "version"))
                    .map(|long| format!("--{long}=value")),
            ),
        )
        .command
        else {
            panic!()
        };
        let looked_up =
            |long: &&str| args.flag(long).is_some() || matches!(*long, "root" | "once" | "help" | "version");
        assert!(run.get_arguments().filter_map(|argument| argument.get_long()).all(|long| looked_up(&long)));
    }
}
