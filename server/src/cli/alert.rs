//! `muster alert`: what is wrong now, and what was.

use alerts::Incident;
use clap::Subcommand;
use hosts::Page;
use inventory::{Clock as _, SystemClock};

use super::client::Client;
use super::output::{Format, ago, or_dash, table};
use crate::api::v1::incidents::Detail;
use crate::format;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the incidents that are open
    List {
        /// Also those that are over
        #[arg(short, long)]
        all: bool,
    },
    /// Show one, and who was told
    Show {
        /// Its id
        incident: String,
    },
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::List { all } => {
            let state = if all { "" } else { "&state=open" };
            let page: Page<Incident> = client.get(&format!("/api/v1/incidents?limit=500{state}")).await?;
            output.print(&page.items, |incidents| {
                if incidents.is_empty() {
                    return "nothing is open".to_owned();
                }
                let now = SystemClock.now();
                let rows = incidents.iter().map(|incident| {
                    [
                        incident.severity.to_string(),
                        incident.rule.to_string(),
                        incident.title.clone(),
                        format!("{} ago", ago(incident.opened_at, now)),
                        incident
                            .resolved_at
                            .map_or_else(|| "open".to_owned(), |at| format!("over {} ago", ago(at, now))),
                        incident.id.to_string(),
                    ]
                });
                table(["severity", "rule", "what", "since", "state", "id"], rows)
            })
        }
        Command::Show { incident } => {
            let detail: Detail = client.get(&format!("/api/v1/incidents/{}", escape(&incident))).await?;
            output.print(&detail, |detail| {
                let incident = &detail.incident;
                let mut text = format!(
                    "{}  {}  {}\n{}\n{}\nopened {}, changed {}, over {}\n",
                    incident.severity,
                    incident.rule,
                    incident.id,
                    incident.title,
                    incident.text,
                    format::moment(incident.opened_at),
                    format::moment(incident.changed_at),
                    or_dash(incident.resolved_at.map(format::moment)),
                );
                for delivery in &detail.deliveries {
                    text.push_str(&format!(
                        "  to {}: {}, tried {} times, {}\n",
                        delivery.subscription,
                        delivery.status.as_str(),
                        delivery.attempts,
                        or_dash(delivery.last_error.as_ref())
                    ));
                }
                text
            })
        }
    }
}
