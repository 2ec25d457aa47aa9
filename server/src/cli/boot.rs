//! `muster boot`: what machines are told to boot.

use alerts::Span;
use boot::control::Held;
use boot::next::{Next, NextAction};
use clap::{Args, Subcommand};
use inventory::{Clock as _, SystemClock};

use super::client::Client;
use super::host::path;
use super::output::{Format, ago, or_dash, print_text, table};
use crate::api::v1::boots::{Ask, Change, HostBoot};
use crate::api::v1::preview::Preview;
use crate::format;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what a machine would boot, and why; nothing is counted or used up
    Preview(PreviewArgs),
    /// Say what a machine shall boot next, once
    Next(NextArgs),
    /// Show how a host boots
    Options {
        /// Name or id
        host: String,
    },
    /// Set how a host boots, where it is not as the site does
    Set(SetArgs),
    /// List the machines that are held at their disks, for booting again and again
    Holds,
    /// Let a machine go that is held
    Release {
        /// A host's name or id, or a MAC address
        machine: String,
    },
    /// List the machines that booted lately, known or not, and where each stands
    Trails,
}

#[derive(Debug, Args)]
pub(super) struct PreviewArgs {
    /// Its MAC address
    #[arg(long, required_unless_present = "host")]
    mac: Option<String>,
    /// Its host's name or id
    #[arg(long, conflicts_with = "mac")]
    host: Option<String>,
    /// Its processor: x86_64, i386 or arm64
    #[arg(long, default_value = "x86_64")]
    arch: String,
    /// Its firmware: pcbios or efi
    #[arg(long, default_value = "efi")]
    platform: String,
    /// The driver that its iPXE uses: SNPONLY, undionly, or a card's
    #[arg(long)]
    chip: Option<String>,
    /// Its maker, as its firmware says
    #[arg(long, value_name = "NAME")]
    manufacturer: Option<String>,
    /// Its model, as its firmware says
    #[arg(long, value_name = "NAME")]
    product: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct NextArgs {
    /// A host's name or id, or the MAC address of a machine that is not known
    machine: String,
    /// local-disk or discover
    #[arg(required_unless_present = "clear", conflicts_with = "clear", value_parser = parse_action)]
    action: Option<NextAction>,
    /// How long it may wait for its boot: 30m, 2h, 3d
    #[arg(long = "for", value_name = "SPAN", default_value = "2h")]
    patience: Span,
    /// Why, for those who read it later
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Take back what was said
    #[arg(long)]
    clear: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true, args = ["ipxe", "vlan", "console", "discovery", "secure_boot", "local_disk"])]
pub(super) struct SetArgs {
    /// Name or id
    host: String,
    /// The build of iPXE that it runs: snponly, full or default
    #[arg(long, value_name = "BUILD")]
    ipxe: Option<String>,
    /// The VLAN that its discovery system speaks on, too: a number, or none
    #[arg(long, value_name = "ID")]
    vlan: Option<String>,
    /// Where its kernel speaks: ttyS1, ttyS0,57600, ttyAMA0, tty0, or auto
    #[arg(long, value_name = "CONSOLE")]
    console: Option<String>,
    /// What it is discovered by: image:ID, centos, coreos or default
    #[arg(long, value_name = "SYSTEM")]
    discovery: Option<String>,
    /// Whether it boots with Secure Boot: on or off
    #[arg(long, value_name = "ON|OFF")]
    secure_boot: Option<String>,
    /// How a BIOS machine leaves to its own disk: auto starts the first disk, exit leaves it to the BIOS
    #[arg(long, value_name = "AUTO|EXIT")]
    local_disk: Option<String>,
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Trails => super::trail::list(client, output).await,
        Command::Preview(args) => preview(args, client, output).await,
        Command::Next(args) => next(args, client, output).await,
        Command::Options { host } => {
            let boot: HostBoot = client.get(&path(&host, "/boot")).await?;
            output.print(&boot, |boot| in_words(&host, boot))
        }
        Command::Set(SetArgs { host, ipxe, vlan, console, discovery, secure_boot, local_disk }) => {
            let change = Change { ipxe, vlan, console, discovery, secure_boot, local_disk, version: None };
            let body = serde_json::to_vec(&change)?;
            let boot: HostBoot = client.put(&path(&host, "/boot"), body.into()).await?;
            output.print(&boot, |boot| in_words(&host, boot))
        }
        Command::Holds => {
            let held: Vec<Held> = client.get("/api/v1/boot/holds").await?;
            output.print(&held, |held| holds(held))
        }
        Command::Release { machine } => {
            let path = format!("/api/v1/boot/release/{}", escape(&machine));
            let released: Vec<Held> = client.post(&path, &()).await?;
            output.print(&released, |_| format!("{machine} is released: it boots again as its state says"))
        }
    }
}

async fn preview(args: PreviewArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let said = [
        ("mac", args.mac),
        ("host", args.host),
        ("arch", Some(args.arch)),
        ("platform", Some(args.platform)),
        ("chip", args.chip),
        ("manufacturer", args.manufacturer),
        ("product", args.product),
    ];
    let said = said.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", escape(&value?))));
    let query = said.collect::<Vec<_>>().join("&");
    let preview: Preview = client.get(&format!("/api/v1/boot/preview?{query}")).await?;
    output.print(&preview, |preview| {
        let host = preview.host.as_deref().unwrap_or("an unknown machine");
        let options = match preview.options.as_str() {
            "" => String::new(),
            options => format!("\nIt boots with {options}"),
        };
        format!(
            "{} is {host}: {}, because {}{options}\n\n{}",
            preview.mac, preview.decision, preview.reason, preview.script
        )
    })
}

async fn next(args: NextArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let path = format!("/api/v1/boot/next/{}", escape(&args.machine));
    let Some(action) = args.action else {
        let () = client.delete(&path).await?;
        print_text(&format!("{} boots as its state says", args.machine));
        return Ok(());
    };
    let ask = Ask { action, for_secs: Some(args.patience.get().as_secs()), reason: args.reason };
    let next: Next = client.post(&path, &ask).await?;
    output.print(&next, |next| {
        let until = format::moment(next.expires_at);
        format!("{} boots {} next, once, if it boots before {until}", args.machine, next.action.as_str())
    })
}

fn in_words(host: &str, boot: &HostBoot) -> String {
    let mut text = match boot.in_words.as_str() {
        "" => format!("{host} boots as the site does\n"),
        options => format!("{host} boots with {options}\n"),
    };
    for line in boot.news(SystemClock.now()) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn holds(held: &[Held]) -> String {
    if held.is_empty() {
        return "no machine is held".to_owned();
    }
    let now = SystemClock.now();
    let rows = held.iter().map(|held| {
        [
            held.mac.to_string(),
            or_dash(held.host.as_ref()),
            format!("{} ago", ago(held.since, now)),
            held.reason.clone(),
        ]
    });
    table(["mac", "host", "held", "because"], rows)
}

fn parse_action(text: &str) -> Result<NextAction, String> {
    text.parse().map_err(|error: boot::next::UnknownAction| error.to_string())
}
