//! `muster host action`: what agents are asked for.

use clap::{Args, Subcommand};
use hosts::AgentAction;
use inventory::{Action, BLINK_SECS, Clock as _, SystemClock};

use super::client::Client;
use super::host::path;
use super::output::{Format, ago, or_dash, table};
use crate::api::v1::actions::Ask;

#[derive(Debug, Args)]
pub(super) struct AskArgs {
    /// Name or id
    host: String,
    #[command(subcommand)]
    what: What,
    /// For how many seconds it may wait for the agent [default: 600]
    #[arg(long, global = true, value_name = "SECS")]
    wait: Option<u32>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Collect everything, and send the whole inventory
    Report,
    /// Send the ends of the kernel's log, the journal and the agent's own log
    Logs,
    /// Boot the machine anew (the agent has to be started with --allow reboot)
    Reboot,
    /// Switch the machine off (the agent has to be started with --allow power-off)
    PowerOff,
    /// Let a network card's light blink
    BlinkNic(Light),
    /// Let a disk's locate light shine
    BlinkDisk(Light),
}

#[derive(Debug, Args)]
struct Light {
    /// The kernel's name of it
    name: String,
    /// For how long
    #[arg(long, value_name = "SECS", default_value_t = BLINK_SECS)]
    secs: u32,
}

pub(super) async fn ask(args: AskArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let action = match args.what {
        What::Report => Action::Report,
        What::Logs => Action::Logs,
        What::Reboot => Action::Reboot,
        What::PowerOff => Action::PowerOff,
        What::BlinkNic(Light { name, secs }) => Action::BlinkNic { name, secs },
        What::BlinkDisk(Light { name, secs }) => Action::BlinkDisk { name, secs },
    };
    let ask = Ask { action, patience_secs: args.wait };
    let asked: AgentAction = client.post(&path(&args.host, "/actions"), &ask).await?;
    output.print(&asked, |asked| {
        format!("asked for {} under {}: see muster host actions {}", asked.action.kind(), asked.id, args.host)
    })
}

pub(super) async fn list(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let actions: Vec<AgentAction> = client.get(&path(host, "/actions")).await?;
    output.print(&actions, |actions| {
        if actions.is_empty() {
            return "nothing was asked of its agent".to_owned();
        }
        let now = SystemClock.now();
        let rows = actions.iter().map(|it| {
            [
                it.id.to_string(),
                it.action.kind().to_owned(),
                format!("{} ago", ago(it.asked_at, now)),
                it.asked_by.clone(),
                it.state(now).to_owned(),
                or_dash(it.words.as_ref()),
            ]
        });
        table(["action", "what", "asked", "by", "state", ""], rows)
    })
}
