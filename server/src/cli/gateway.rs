//! `muster gateway`: the firewall that gives the site addresses, names, network boot and load balancing. What is wanted of
//! it is set apart from what is done to it: `plan` shows, `apply` does.

mod add;
mod apply;
mod asker;
mod credential;
mod examination;
mod interview;
mod proof;
mod remove;
mod show;
mod trust;

use std::net::Ipv4Addr;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use gateway::opnsense::Trust;
use gateway::{AdapterKind, Drift, Listed, Plan, Wish};

use self::asker::{Asker as _, Terminal};
use super::client::Client;
use super::output::{Format, print_text};
use crate::api::v1::gateways::Shown;
use crate::api::v1::gateways::wish::BootAsk;
use crate::gateways::boot::Made;
use crate::gateways::{BOOT_PART, SITE_PART, diff};
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a gateway up: examine it, propose, show the plan, apply it, and prove it
    #[command(subcommand)]
    Add(Box<add::Kind>),
    /// List the gateways
    List,
    /// Show what is wanted of a gateway and what was done to it
    Show {
        /// Its name
        name: String,
        /// One apply with its steps, by its id
        #[arg(long, value_name = "ID")]
        apply: Option<String>,
    },
    /// Set what is wanted of a gateway; nothing is changed there before apply
    Set(SetArgs),
    /// Show what apply would change
    Plan {
        /// Its name
        name: String,
    },
    /// Bring a gateway to what is wanted of it
    Apply {
        /// Its name
        name: String,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Show in what gateways differ from what was applied to them
    Drift {
        /// Its name; all of them without one
        name: Option<String>,
    },
    /// Take the last apply back
    Rollback {
        /// Its name
        name: String,
        /// Another apply than the last, by its id
        #[arg(long, value_name = "ID")]
        apply: Option<String>,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Take everything that Muster made off a gateway, and forget it
    Remove {
        /// Its name
        name: String,
        /// Leave what Muster made as it is
        #[arg(long)]
        leave: bool,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Its name
    name: String,
    /// What is wanted: networks, reservations, names, balanced ports (TOML); see docs/gateway.md
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    boot: BootArgs,
    /// Where it is now
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    trust: trust::TrustArgs,
}

#[derive(Debug, Args, Clone)]
pub(super) struct BootArgs {
    /// Muster's own address on the machines' network, where it can't tell by itself
    #[arg(long, value_name = "ADDRESS")]
    muster_address: Option<Ipv4Addr>,
    /// Only these classes of firmwares boot: bios, efi32, efi64, efiarm32, efiarm64, http32, http64, httparm32, httparm64
    #[arg(long, value_name = "CLASS", value_delimiter = ',', conflicts_with = "no_boot")]
    classes: Option<Vec<String>>,
    /// Leave network boot alone
    #[arg(long)]
    no_boot: bool,
}

impl BootArgs {
    fn is_default(&self) -> bool {
        self.muster_address.is_none() && self.classes.is_none() && !self.no_boot
    }
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Add(kind) => add::run(*kind, client, output).await,
        Command::List => {
            let all: Vec<Listed> = client.get("/api/v1/gateways").await?;
            output.print(&all, |all| show::list(all))
        }
        Command::Show { name, apply: Some(apply) } => {
            let record: gateway::ApplyRecord =
                client.get(&path(&name, &format!("/applies/{}", escape(&apply)))).await?;
            output.print(&record, show::record)
        }
        Command::Show { name, apply: None } => {
            let shown: Shown = client.get(&path(&name, "")).await?;
            output.print(&shown, show::one)
        }
        Command::Set(args) => set(args, client).await,
        Command::Plan { name } => {
            let plan: Plan = client.get(&path(&name, "/plan")).await?;
            output.print(&plan, diff::plan)
        }
        Command::Apply { name, yes } => apply::run(&name, yes, client, output).await,
        Command::Drift { name } => drift(name, client, output).await,
        Command::Rollback { name, apply, yes } => apply::roll_back(&name, apply, yes, client, output).await,
        Command::Remove { name, leave, yes } => remove::run(&name, leave, yes, client).await,
    }
}

/// Where a gateway is in the API.
fn path(name: &str, rest: &str) -> String {
    format!("/api/v1/gateways/{}{rest}", escape(name))
}

async fn set(args: SetArgs, client: &Client) -> anyhow::Result<()> {
    let SetArgs { name, file, boot, url, trust } = args;
    if set_adapter(client, &name, url, trust.given()?).await? && file.is_none() && boot.is_default() {
        print_text(&format!("{name} is spoken to as you said: see `muster gateway plan {name}`"));
        return Ok(());
    }
    let from_file = match &file {
        Some(file) => Some(read_wish(file)?),
        None => None,
    };
    let wish = match from_file {
        Some(text) => Some(set_file(client, &name, text).await?),
        None => None,
    };
    set_boot(client, &name, wish.as_ref(), &boot).await?;
    print_text(&format!("{name} is not changed yet: see `muster gateway plan {name}`"));
    Ok(())
}

/// Says where it is and whose certificate is trusted from now on. Answers whether anything of that was said.
async fn set_adapter(
    client: &Client,
    name: &str,
    url: Option<String>,
    trust: Option<Trust>,
) -> anyhow::Result<bool> {
    if url.is_none() && trust.is_none() {
        return Ok(false);
    }
    let shown: Shown = client.get(&path(name, "")).await?;
    let AdapterKind::OpnSense { url: old_url, trust: old_trust, credential } = shown.listed.adapter else {
        bail!("{name} is a dnsmasq on the server's own machine: it has no URL and no certificate");
    };
    let adapter =
        AdapterKind::OpnSense { url: url.unwrap_or(old_url), trust: trust.unwrap_or(old_trust), credential };
    let _: Listed = client.put_json(&path(name, "/adapter"), serde_json::to_vec(&adapter)?).await?;
    Ok(true)
}

/// Reads a wish file. It is checked here, before anything is sent, so that a slip costs nothing.
fn read_wish(file: &std::path::Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
    Wish::from_toml(&text).with_context(|| format!("in {}", file.display()))?;
    Ok(text)
}

async fn set_file(client: &Client, name: &str, text: String) -> anyhow::Result<Wish> {
    // What machines boot may be in the file now: then it is none of Muster's making.
    let wish = Wish::from_toml(&text)?;
    if wish.dhcp.boot.is_some() {
        let () = client.delete(&path(name, &format!("/wish/{BOOT_PART}"))).await?;
    }
    let _: Wish = client.put(&path(name, &format!("/wish/{SITE_PART}")), text.into()).await?;
    Ok(wish)
}

/// Makes the part of the wish that says what machines boot, where Muster is to make it.
async fn set_boot(client: &Client, name: &str, wish: Option<&Wish>, args: &BootArgs) -> anyhow::Result<()> {
    let in_file = wish.is_some_and(|wish| wish.dhcp.boot.is_some());
    ensure!(
        !(in_file && (args.muster_address.is_some() || args.classes.is_some())),
        "the file says itself what machines boot: leave --muster-address and --classes out"
    );
    if args.no_boot {
        return client.delete(&path(name, &format!("/wish/{BOOT_PART}"))).await;
    }
    let gives_addresses = wish.is_none_or(|wish| !wish.dhcp.networks.is_empty());
    if in_file || !gives_addresses {
        return Ok(());
    }
    let ask = BootAsk { address: args.muster_address, classes: args.classes.clone(), interface: None };
    let made: Made = client.put(&path(name, "/boot"), serde_json::to_vec(&ask)?.into()).await?;
    eprint!("{}", show::made(&made));
    Ok(())
}

async fn drift(name: Option<String>, client: &Client, output: Format) -> anyhow::Result<()> {
    let names = match name {
        Some(name) => vec![name],
        None => {
            let all: Vec<Listed> = client.get("/api/v1/gateways").await?;
            all.into_iter().map(|listed| listed.name.to_string()).collect()
        }
    };
    let mut all: Vec<(String, Drift)> = Vec::new();
    for name in names {
        let drift = client.get(&path(&name, "/drift")).await.with_context(|| format!("gateway {name}"))?;
        all.push((name, drift));
    }
    let drifts = all.iter().filter(|(_, drift)| !drift.is_empty()).count();
    let by_name: std::collections::BTreeMap<_, _> = all.into_iter().collect();
    output.print(&by_name, show::drifts)?;
    ensure!(drifts == 0, "{drifts} of {} differ from what was applied", by_name.len());
    Ok(())
}

fn agreed(terminal: &mut Option<Terminal>, question: &str) -> anyhow::Result<bool> {
    let terminal = terminal.as_mut().context("there is no terminal to ask on: say -y to go ahead")?;
    terminal.agrees(question)
}
