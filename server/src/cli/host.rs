//! `muster host`: the machines.

mod arm;
mod claims;
mod explain;
mod findings;
mod install;
mod list;
mod network;
mod past;
mod role;
mod show;

use clap::Subcommand;
use hosts::{Host, Verdict};

use super::client::Client;
use super::output::{Format, print_text};
use crate::api::v1::hosts::{Detail, Placed, Rename};
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the hosts
    List(list::List),
    /// Show what a host is made of
    Show {
        /// Name or id
        host: String,
        /// An older revision of its inventory
        #[arg(long, value_name = "N")]
        revision: Option<i64>,
    },
    /// List what happened to a host, newest first
    History {
        /// Name or id
        host: String,
    },
    /// Show what changed between two revisions
    Diff {
        /// Name or id
        host: String,
        /// The older one [default: the one before the newest]
        #[arg(long, value_name = "N")]
        from: Option<i64>,
        /// The newer one [default: the newest]
        #[arg(long, value_name = "N")]
        to: Option<i64>,
    },
    /// Show what a host did at boot, where it stopped, and what usually causes that
    Trail {
        /// Name or id; or a MAC address, of a machine that need not be known
        host: String,
        /// Go on, and print what it does as it does it
        #[arg(short, long)]
        follow: bool,
    },
    /// Show how far a host's installation is, what is late, and what usually causes that
    Install {
        /// Name or id
        host: String,
        /// Go on, and print what happens as it happens, until it is done or has failed
        #[arg(short, long)]
        follow: bool,
    },
    /// Take hosts in: from now on their silence rings
    Approve {
        /// Names or ids
        #[arg(required = true)]
        hosts: Vec<String>,
    },
    /// List what unproven sources said of hosts: each waits to be settled
    Claims {
        /// Also those that are settled
        #[arg(short, long)]
        all: bool,
    },
    /// Settle a claim, which ends its incident
    Settle {
        /// The claim's id, as `muster host claims` lists it
        claim: String,
        /// accepted: it is this host; separate: it is another machine; dismissed: ignore it, also when it is said again
        #[arg(value_name = "VERDICT", value_parser = claims::parse_verdict)]
        verdict: Verdict,
    },
    /// Give a host another name
    Rename {
        /// Name or id
        host: String,
        /// The new name
        name: String,
    },
    /// Say where a host stands, for whoever walks there
    Place {
        /// Name or id
        host: String,
        /// Such as rack-2/slot-3; or none, to forget it
        place: String,
    },
    /// Show all that a host is given to be installed, or would be given: checks, disks, network, arguments, documents
    Explain {
        /// Name or id
        host: String,
    },
    /// Allow the installation of hosts, once: shows what would be done, and asks
    Arm(arm::ArmArgs),
    /// Take back what was armed and not used yet
    Disarm {
        /// Names or ids
        #[arg(required = true)]
        hosts: Vec<String>,
    },
    /// Allow a host to be installed anew, once: after a failure, or over what it runs now
    Reprovision(arm::ReprovisionArgs),
    /// Take a host's role back: it is ready for another one
    Release {
        /// Name or id
        host: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Say how a node speaks: addresses, way out, names, VLANs, bonds, cards that are off
    SetNetwork(network::SetNetworkArgs),
    /// Say what a host is to be in a cluster, and which of its disks is written
    SetRole(role::SetRoleArgs),
    /// Switch a host on, off, or off and on, and say how that is done
    Power(super::power::PowerArgs),
    /// Ask a host's agent for something; it does it when it speaks next
    Action(super::action::AskArgs),
    /// List what was asked of a host's agent, and what became of it
    Actions {
        /// Name or id
        host: String,
    },
    /// Show the logs that a host's agent was asked for
    Logs {
        /// Name or id
        host: String,
        /// The action's id, as `muster host actions` lists it
        action: String,
    },
    /// Delete a host and all that is known of it
    Delete {
        /// Name or id
        host: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::List(args) => list::run(args, client, output).await,
        Command::Show { host, revision } => show::run(&host, revision, client, output).await,
        Command::History { host } => past::history(&host, client, output).await,
        Command::Diff { host, from, to } => past::diff(&host, from, to, client, output).await,
        Command::Trail { host, follow: false } => super::trail::show(&host, client, output).await,
        Command::Trail { host, follow: true } => super::trail::follow(&host, client, output).await,
        Command::Install { host, follow: false } => install::show(&host, client, output).await,
        Command::Install { host, follow: true } => install::follow(&host, client, output).await,
        Command::Approve { hosts } => {
            for host in hosts {
                let approved: Host = client.post(&path(&host, "/approve"), &()).await?;
                print_text(&format!("{} is {}", approved.name, approved.state));
            }
            Ok(())
        }
        Command::Claims { all } => claims::list(all, client, output).await,
        Command::Settle { claim, verdict } => claims::settle(&claim, verdict, client).await,
        Command::Rename { host, name } => {
            let renamed: Host = client.post(&path(&host, "/rename"), &Rename { name }).await?;
            print_text(&format!("{} is now called {}", renamed.id, renamed.name));
            Ok(())
        }
        Command::Place { host, place } => {
            let place = Some(place).filter(|place| place != "none");
            let body = serde_json::to_vec(&Placed { place })?;
            let placed: Host = client.put(&path(&host, "/place"), body.into()).await?;
            output.print(&placed, |placed| match &placed.place {
                Some(place) => format!("{} stands at {place}", placed.name),
                None => format!("nobody knows where {} stands", placed.name),
            })
        }
        Command::Explain { host } => explain::run(&host, client, output).await,
        Command::Arm(args) => arm::arm(args, client, output).await,
        Command::Disarm { hosts } => arm::disarm(&hosts, client).await,
        Command::Reprovision(args) => arm::reprovision(args, client, output).await,
        Command::Release { host, yes } => arm::release(&host, yes, client, output).await,
        Command::SetNetwork(args) => network::set(args, client, output).await,
        Command::SetRole(args) => role::set(args, client, output).await,
        Command::Power(args) => super::power::run(args, client, output).await,
        Command::Action(args) => super::action::ask(args, client, output).await,
        Command::Actions { host } => super::action::list(&host, client, output).await,
        Command::Logs { host, action } => {
            print_text(&client.get_text(&path(&host, &format!("/logs/{}", escape(&action)))).await?);
            Ok(())
        }
        Command::Delete { host, yes } => {
            let detail: Detail = client.get(&path(&host, "")).await?;
            if !yes {
                let answer = super::ask(&format!(
                    "Delete {} ({}) and all that is known of it? [y/N] ",
                    detail.host.name, detail.host.id
                ))?;
                anyhow::ensure!(matches!(answer.as_str(), "y" | "Y" | "yes"), "not deleted");
            }
            let () = client.delete(&path(detail.host.id.as_str(), "")).await?;
            print_text(&format!("{} is deleted", detail.host.name));
            Ok(())
        }
    }
}

pub(super) fn path(host: &str, rest: &str) -> String {
    format!("/api/v1/hosts/{}{rest}", escape(host))
}
