//! The operator's command line. Every command but `serve`, `image build` and `doctor` is a thin client of the HTTP
//! API.

mod action;
mod alert;
mod asset;
mod boot;
mod client;
mod cluster;
mod doctor;
mod gateway;
mod host;
mod image;
mod output;
mod power;
mod provider;
mod score;
mod secret;
mod sse;
mod subscription;
mod trail;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::data_dir::DataDir;
use crate::settings::{ServeArgs, Settings};
use client::Client;
use output::Format;

/// Bare-metal provisioning and inventory: machines boot, report what they are made of, and a phone rings when one breaks
#[derive(Debug, Parser)]
#[command(name = "muster", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Folder of the server on this machine: database, token, keys
    #[arg(long, env = "MUSTER_DATA_DIR", default_value = "muster-data", value_name = "DIR", global = true)]
    data_dir: PathBuf,
    /// A server elsewhere, e.g. https://muster.lan:8443
    #[arg(long, env = "MUSTER_SERVER", value_name = "URL", global = true)]
    server: Option<String>,
    // One token in 64 begins with a hyphen.
    /// The operator's token for a server elsewhere
    #[arg(
        long,
        env = "MUSTER_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        allow_hyphen_values = true,
        global = true
    )]
    token: Option<String>,
    /// SHA-256 of that server's certificate; `muster serve` prints it when it starts
    #[arg(long, env = "MUSTER_PIN", value_name = "SHA256", global = true)]
    pin: Option<String>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Table, global = true)]
    output: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(ServeArgs),
    /// List scores and run them
    #[command(subcommand)]
    Score(score::Command),
    /// See hosts and take them in
    #[command(subcommand)]
    Host(host::Command),
    /// See what a machine would boot
    #[command(subcommand)]
    Boot(boot::Command),
    /// Set the site's firewall up: addresses, names, network boot, load balancing
    #[command(subcommand)]
    Gateway(gateway::Command),
    /// Clusters of OKD: take in what the installer wrote
    #[command(subcommand)]
    Cluster(cluster::Command),
    /// Find out why machines do not boot
    Doctor(doctor::Args),
    /// The files that machines boot: take them in, check them, carry them elsewhere
    #[command(subcommand)]
    Asset(asset::Command),
    /// Build the discovery image and choose it
    #[command(subcommand)]
    Image(image::Command),
    /// Where notifications are sent
    #[command(subcommand)]
    Provider(provider::Command),
    /// Who hears of what
    #[command(subcommand)]
    Subscription(subscription::Command),
    /// What is wrong now, and what was
    #[command(subcommand)]
    Alert(alert::Command),
    /// Passwords and tokens, kept encrypted
    #[command(subcommand)]
    Secret(secret::Command),
}

/// Runs one command.
///
/// # Errors
/// What failed, in words for the operator.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { global, command } = cli;
    let client = || Client::find(&global);
    match command {
        Command::Serve(args) => {
            crate::telemetry::start();
            Ok(crate::serve::serve(DataDir::new(&global.data_dir), Settings::assemble(args)?).await?)
        }
        Command::Score(command) => score::run(command, &client()?, global.output).await,
        Command::Host(command) => host::run(command, &client()?, global.output).await,
        Command::Boot(command) => boot::run(command, &client()?, global.output).await,
        Command::Gateway(command) => gateway::run(command, &client()?, global.output).await,
        Command::Cluster(command) => cluster::run(command, &client()?, global.output).await,
        Command::Doctor(args) => doctor::run(args, global.output).await,
        Command::Asset(command) => asset::run(command, &client()?, global.output).await,
        Command::Image(image::Command::Build(args)) => {
            image::build(*args, &DataDir::new(&global.data_dir), global.output).await
        }
        Command::Image(command) => image::run(command, &client()?, global.output).await,
        Command::Provider(command) => provider::run(command, &client()?, global.output).await,
        Command::Subscription(command) => subscription::run(command, &client()?, global.output).await,
        Command::Alert(command) => alert::run(command, &client()?, global.output).await,
        Command::Secret(command) => secret::run(command, &client()?, global.output).await,
    }
}

/// Asks on the terminal.
fn ask(question: &str) -> anyhow::Result<String> {
    use std::io::{BufRead as _, IsTerminal as _, Write as _};
    let stdin = std::io::stdin();
    anyhow::ensure!(stdin.is_terminal(), "there is no terminal to ask on: say -y to go ahead");
    eprint!("{question}");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
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
    fn a_token_may_begin_with_a_hyphen() {
        let token = format!("-C{}", "x".repeat(41));
        for args in
            [["muster", "--token", &token, "host", "list"], ["muster", "host", "list", "--token", &token]]
        {
            assert_eq!(Cli::try_parse_from(args).unwrap().global.token.as_deref(), Some(token.as_str()));
        }
    }

    #[test]
    fn wrong_usage_is_status_2() {
        let error = Cli::try_parse_from(["muster", "host", "lst"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("list"), "{error}");
    }
}
