//! Setting how a machine is switched.

use std::net::{IpAddr, Ipv4Addr};

use alerts::Span;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use inventory::MacAddr;
use power::{AgentWay, ButtonWay, Kind, Shown, SshWay, User, Way, WayName, Ways, WolWay};
use secrets::Name;

use crate::api::v1::power::Set as Change;
use crate::cli::client::Client;
use crate::cli::host::path;
use crate::cli::output::{Format, table};

#[derive(Debug, Subcommand)]
pub(super) enum Set {
    /// By Wake-on-LAN: can switch it on
    Wol {
        #[command(flatten)]
        named: Named,
        /// Wake only this card; repeat it for more [default: all that are known of the host]
        #[arg(long = "mac", value_name = "MAC")]
        macs: Vec<MacAddr>,
        /// Out of this interface of the server's [default: the one whose network it was seen in]
        #[arg(long, value_name = "NAME")]
        interface: Option<String>,
        /// To this broadcast address, of a network behind a router
        #[arg(long, value_name = "ADDRESS")]
        broadcast: Option<Ipv4Addr>,
        /// The secret that holds the card's SecureOn password
        #[arg(long, value_name = "SECRET")]
        password_secret: Option<Name>,
    },
    /// Through its agent: can switch it off and reset it, where the agent was started with --allow reboot,power-off
    Agent {
        #[command(flatten)]
        named: Named,
    },
    /// By SSH: can switch it off and reset it
    Ssh {
        #[command(flatten)]
        named: Named,
        /// Where [default: where its agent speaks from]
        #[arg(long)]
        address: Option<IpAddr>,
        /// [default: 22]
        #[arg(long)]
        port: Option<u16>,
        /// Who logs in; anybody but root has to be allowed to use sudo without a password [default: root]
        #[arg(long)]
        user: Option<User>,
        /// The secret that holds another private key than the server's own for machines
        #[arg(long, value_name = "SECRET")]
        key_secret: Option<Name>,
    },
    /// By somebody who presses its button: can do all
    Button {
        #[command(flatten)]
        named: Named,
        /// How long an answer is waited for [default: 30m]
        #[arg(long, value_name = "SPAN")]
        patience: Option<Span>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// What it is called [default: its kind]
    #[arg(long)]
    name: Option<WayName>,
}

impl Set {
    fn way(self) -> anyhow::Result<Way> {
        let (named, kind) = match self {
            Self::Wol { named, macs, interface, broadcast, password_secret } => {
                (named, Kind::Wol(WolWay { macs, interface, broadcast, password_secret }))
            }
            Self::Agent { named } => (named, Kind::Agent(AgentWay::default())),
            Self::Ssh { named, address, port, user, key_secret } => {
                (named, Kind::Ssh(SshWay { address, port, user, key_secret }))
            }
            Self::Button { named, patience } => {
                let secs = patience.map(|span| u32::try_from(span.get().as_secs()).unwrap_or(u32::MAX));
                (named, Kind::Button(ButtonWay { patience_secs: secs }))
            }
        };
        let name = named.name.map_or_else(|| kind.as_str().parse(), Ok)?;
        Ok(Way { name, kind })
    }
}

pub(super) async fn set(host: &str, set: Set, client: &Client, output: Format) -> anyhow::Result<()> {
    let way = set.way()?;
    let shown = read(host, client).await?;
    let mut ways: Vec<Way> = shown.ways.into();
    match ways.iter_mut().find(|one| one.name == way.name) {
        Some(one) => *one = way,
        None => ways.push(way),
    }
    write(host, shown.version, Some(ways.try_into()?), client, output).await
}

pub(super) async fn unset(host: &str, name: &WayName, client: &Client, output: Format) -> anyhow::Result<()> {
    let shown = read(host, client).await?;
    let known = shown.ways.names();
    let before: Vec<Way> = shown.ways.into();
    let ways: Vec<Way> = before.iter().filter(|way| way.name != *name).cloned().collect();
    anyhow::ensure!(ways.len() < before.len(), "{host} has no way called {name}: it has {known}");
    write(host, shown.version, Some(ways.try_into()?), client, output).await
}

pub(super) async fn order(
    host: &str,
    names: &[WayName],
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let shown = read(host, client).await?;
    let known = shown.ways.names();
    anyhow::ensure!(names.len() == shown.ways.iter().count(), "name each of its ways once: {known}");
    let named = |name: &WayName| {
        shown
            .ways
            .get(name)
            .cloned()
            .with_context(|| format!("{host} has no way called {name}: it has {known}"))
    };
    let ways: Vec<Way> = names.iter().map(named).collect::<Result<_, _>>()?;
    write(host, shown.version, Some(ways.try_into()?), client, output).await
}

pub(super) async fn reset(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let shown = read(host, client).await?;
    if shown.version == 0 {
        return output.print(&shown, table_of);
    }
    write(host, shown.version, None, client, output).await
}

async fn read(host: &str, client: &Client) -> anyhow::Result<Shown> {
    client.get(&path(host, "/power")).await
}

async fn write(
    host: &str,
    version: i64,
    ways: Option<Ways>,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let body = serde_json::to_vec(&Change { version, ways })?;
    let shown: Shown = client.put(&path(host, "/power"), body.into()).await?;
    output.print(&shown, table_of)
}

pub(super) fn table_of(shown: &Shown) -> String {
    let rows = shown.ways.iter().map(|way| {
        let can = way.kind.abilities();
        let acts: Vec<&str> =
            power::Act::ALL.into_iter().filter(|act| can.can(*act)).map(power::Act::as_str).collect();
        [way.name.to_string(), way.kind.as_str().to_owned(), acts.join(", "), settings(&way.kind)]
    });
    let usual = if shown.version == 0 { "\n\nas every host is that has no ways of its own" } else { "" };
    table(["way", "kind", "can", "settings"], rows) + usual
}

fn settings(kind: &Kind) -> String {
    let said = |what: &str, value: Option<String>| value.map(|value| format!("{what} {value}"));
    let all = match kind {
        Kind::Wol(wol) => vec![
            (!wol.macs.is_empty())
                .then(|| wol.macs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            said("out of", wol.interface.clone()),
            said("to", wol.broadcast.map(|to| to.to_string())),
            said("password of secret", wol.password_secret.as_ref().map(ToString::to_string)),
        ],
        Kind::Ssh(ssh) => vec![
            said("at", ssh.address.map(|to| to.to_string())),
            said("port", ssh.port.map(|port| port.to_string())),
            said("as", ssh.user.as_ref().map(ToString::to_string)),
            said("key of secret", ssh.key_secret.as_ref().map(ToString::to_string)),
        ],
        Kind::Button(button) => {
            vec![said("waits for", button.patience_secs.map(|secs| format!("{secs} s")))]
        }
        Kind::Agent(_) => vec![],
    };
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
