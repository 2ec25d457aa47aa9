//! The command line: what is asked for, and how it ends.

mod deferred;

use std::io::{ErrorKind, Write};
use std::mem;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use inventory::{Clock as _, SystemClock};
use serde::Serialize;

use crate::act::{Hands, Live, Tied};
use crate::chain::chain;
use crate::collect::Collectors;
use crate::dump::{NoDump, dump};
use crate::install::{self, NotInstalled, Wishes};
use crate::json;
use crate::report::{Reporter, emptiness};
use crate::root::Root;
use crate::run::{Machine, RunError, run};
use crate::sample::Sampler;
use crate::settings::{Interval, InvalidSettings, KernelArguments, Settings, Sources};
use crate::start::Start;
use crate::status::{self, NoStatus};
use deferred::Deferred;

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
    Report(Deferred<ReportArgs>),
    /// Print how this machine does, as JSON.
    Sample(Deferred<RootArgs>),
    /// Enrol at the server, and report to it until stopped.
    ///
    /// Each setting is looked up as a flag, then in the environment (MUSTER_SERVER, MUSTER_SCRAPE_PORT ...), then on the
    /// kernel's command line (muster.server=, muster.scrape-port= ...). MUSTER_LOG (error, warn, info, debug) says how
    /// much is told on standard error.
    Run(Box<Deferred<RunArgs>>),
    /// Make this agent a service of this machine, or of a system that is being installed; --ignition for OKD nodes.
    Install(Deferred<InstallArgs>),
    /// Show how the agent of this machine stands with its server.
    Status(Deferred<StatusArgs>),
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
    /// Enrol, report and sample one time, and exit, 0 when the server took everything. What takes its time is sent last: up
    /// to 90 s.
    #[arg(long)]
    once: bool,
    /// Where a restart finds who it was [default: /var/lib/muster-agent/state.json].
    #[arg(long, value_name = "FILE")]
    state: Option<String>,
    /// Where messages wait while the server is away: a folder, or memory [default: memory].
    #[arg(long, value_name = "DIR|memory")]
    spool: Option<String>,
    /// Where `muster-agent status` finds how this agent does.
    #[arg(long, value_name = "FILE")]
    status: Option<String>,
    /// A terminal that shows what goes wrong, such as /dev/console.
    #[arg(long, value_name = "FILE")]
    console: Option<String>,
    /// What the server may ask for: none, or some of report,logs,reboot,power-off,blink [default: report,logs,blink].
    #[arg(long, value_name = "LIST")]
    allow: Option<String>,
    /// Who may come and ask GET /inventory, /sample, /metrics: off, loopback, open, or key [default: off].
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
            "spool" => &self.spool,
            "status" => &self.status,
            "console" => &self.console,
            "allow" => &self.allow,
            "scrape" => &self.scrape,
            "scrape-port" => &self.scrape_port,
            "scrape-key-file" => &self.scrape_key_file,
            _ => return None,
        };
        flag.clone()
    }
}

#[derive(Args)]
struct InstallArgs {
    /// The server, such as https://10.0.0.2:8443.
    #[arg(long, value_name = "URL", required_unless_present = "uninstall")]
    server: Option<String>,
    /// SHA-256 fingerprint of the server's certificate.
    #[arg(long, value_name = "SHA256")]
    pin: Option<String>,
    /// A file with the ticket for its enrolment; without one an operator has to approve it.
    #[arg(long, value_name = "FILE")]
    ticket_file: Option<PathBuf>,
    /// What the server may ask for, as for run.
    #[arg(long, value_name = "LIST")]
    allow: Option<String>,
    /// Seconds between two samples [default: as the server wishes].
    #[arg(long, value_name = "SECS", value_parser = interval_secs)]
    interval: Option<u32>,
    /// Who may come and ask [default: off].
    #[arg(long, value_name = "MODE", value_parser = ["off", "loopback", "open"])]
    scrape: Option<String>,
    /// The installed system's root.
    #[arg(long, value_name = "DIR", default_value = "/")]
    prefix: PathBuf,
    /// The state that a discovery run left: it stays the same host.
    #[arg(long, value_name = "FILE", default_value = "/var/lib/muster-agent/state.json")]
    state: PathBuf,
    /// Show the unit and the settings (of the ticket six characters), and install nothing.
    #[arg(long)]
    print: bool,
    /// Print the same as an Ignition document (it holds the ticket), and install nothing.
    #[arg(long, conflicts_with = "print")]
    ignition: bool,
    /// Where Ignition fetches the agent from [default: the server, by plain HTTP on port 8080].
    #[arg(long, value_name = "URL", requires = "ignition")]
    binary_url: Option<String>,
    /// Remove what was installed; the key of this host stays.
    #[arg(long, conflicts_with_all = ["server", "print", "ignition"])]
    uninstall: bool,
}

#[derive(Args)]
struct StatusArgs {
    /// The file that the agent writes [default: where an installed agent does].
    #[arg(long, value_name = "FILE")]
    status: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
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
    #[error(transparent)]
    NotInstalled(#[from] NotInstalled),
    #[error("reading this program")]
    NoProgram(#[source] std::io::Error),
    #[error(transparent)]
    NoStatus(#[from] NoStatus),
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
            Ok((settings, root)) => live(settings, machine(args, root), args.once),
            Err(error) => return complain(&error, 2),
        },
        Command::Install(args) => install(args),
        Command::Status(args) => status(args),
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

/// Nobody acts on the machine that a test of a captured tree runs on.
fn machine(args: &RunArgs, root: Root) -> Machine {
    let is_live = args.root.root == std::path::Path::new("/");
    let hands: Arc<dyn Hands> = if is_live { Arc::new(Live) } else { Arc::new(Tied) };
    Machine { root, hands }
}

// Its frame has room for all that the agent does at once, which nobody else needs to touch.
#[inline(never)]
fn live(settings: Settings, machine: Machine, once: bool) -> Result<(), Failed> {
    // Nobody else has lines to say, and what keeps them is not free.
    crate::log::begin();
    if let Some(console) = &settings.console
        && let Err(error) = crate::log::show_on(console)
    {
        tracing::warn!("writing to {}: {error}", console.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failed::NoRuntime)?;
    let ended = runtime.block_on(run(settings, machine, once, Arc::new(SystemClock)));
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
    let empty = emptiness(&report.sections);
    // The program ends with it: to take apart what was collected would be work for nobody.
    mem::forget(report);
    empty.map_or(Ok(()), |reason| Err(Failed::Empty(reason)))
}

fn sample(args: &RootArgs) -> Result<(), Failed> {
    let root = Root::at(args.root.clone());
    let start = Arc::new(Start::new(&root)?);
    print(&Sampler::new(root, start, Arc::new(SystemClock)).sample(), true)
}

fn interval_secs(text: &str) -> Result<u32, String> {
    text.parse().map(|Interval(secs)| secs)
}

fn install(args: &InstallArgs) -> Result<(), Failed> {
    if args.uninstall {
        return say(&install::uninstall(&args.prefix)?.join("\n"));
    }
    let server = args.server.as_deref().unwrap_or_default();
    let ticket = args.ticket_file.as_deref();
    let wishes = Wishes {
        interval_secs: args.interval,
        scrape: args.scrape.clone(),
        ..Wishes::new(server, args.pin.as_deref(), ticket, args.allow.as_deref())?
    };
    let program = || std::fs::read("/proc/self/exe").map_err(Failed::NoProgram);
    if args.ignition {
        let plan = install::plan(&wishes, install::usual_program());
        let url = args.binary_url.as_deref();
        return print(&install::ignition(&plan, &wishes.server, url, &program()?)?, true);
    }
    let plan = install::plan(&wishes, install::program_below(&args.prefix));
    if args.print {
        return say(plan.shown().trim_end());
    }
    say(&install::install(&plan, &program()?, &args.prefix, &args.state)?.join("\n"))
}

fn status(args: &StatusArgs) -> Result<(), Failed> {
    let standing = status::read(args.status.as_deref())?;
    if args.json { print(&standing, true) } else { say(&status::words(&standing, SystemClock.now())) }
}

fn print(message: &impl Serialize, pretty: bool) -> Result<(), Failed> {
    tell(if pretty { json::pretty(message) } else { json::bytes(message) }?)
}

fn say(words: &str) -> Result<(), Failed> {
    tell(words.as_bytes().to_vec())
}

fn tell(mut words: Vec<u8>) -> Result<(), Failed> {
    words.push(b'\n');
    let mut out = std::io::stdout().lock();
    match out.write_all(&words).and_then(|()| out.flush()) {
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
