//! `muster host`: the machines.

use clap::{Args, Subcommand};
use hosts::{Change, Claim, Host, Page, Verdict};
use inventory::{Clock as _, SystemClock};

use super::client::Client;
use super::output::{Format, ago, or_dash, print_text, table};
use crate::api::v1::claims::Settle;
use crate::api::v1::hosts::{Detail, Event, Placed, Rename};
use crate::format;
use crate::links::escape;
use crate::pages::inventory_view::View;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the hosts
    List(List),
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
        #[arg(value_name = "VERDICT", value_parser = parse_verdict)]
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

#[derive(Debug, Args)]
pub(super) struct List {
    /// Only hosts in this state
    #[arg(long)]
    state: Option<String>,
    /// Only hosts with this in their name, maker, product, serial number or address
    #[arg(long, value_name = "TEXT")]
    find: Option<String>,
    /// Only hosts whose firmware's boot order comes to this: follows, wrong or unknown
    #[arg(long, value_name = "VERDICT", value_parser = ["follows", "wrong", "unknown"])]
    boot_order: Option<String>,
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::List(args) => list(args, client, output).await,
        Command::Show { host, revision } => {
            let query = revision.map(|number| format!("?revision={number}")).unwrap_or_default();
            let detail: Detail = client.get(&format!("{}{query}", path(&host, ""))).await?;
            output.print(&detail, shown)
        }
        Command::History { host } => {
            let events: Vec<Event> = client.get(&path(&host, "/events")).await?;
            output.print(&events, |events| {
                let rows = events
                    .iter()
                    .map(|e| [format::moment(e.at), e.kind.clone(), e.actor.clone(), e.summary.clone()]);
                table(["when", "what", "by", ""], rows)
            })
        }
        Command::Diff { host, from, to } => diff(&host, from, to, client, output).await,
        Command::Trail { host, follow: false } => super::trail::show(&host, client, output).await,
        Command::Trail { host, follow: true } => super::trail::follow(&host, client, output).await,
        Command::Approve { hosts } => {
            for host in hosts {
                let approved: Host = client.post(&path(&host, "/approve"), &()).await?;
                print_text(&format!("{} is {}", approved.name, approved.state));
            }
            Ok(())
        }
        Command::Claims { all } => claims(all, client, output).await,
        Command::Settle { claim, verdict } => {
            let path = format!("/api/v1/claims/{}/settle", escape(&claim));
            let () = client.post(&path, &Settle { verdict }).await?;
            print_text(&format!("claim {claim} is settled"));
            Ok(())
        }
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

async fn list(args: List, client: &Client, output: Format) -> anyhow::Result<()> {
    let mut query = vec!["limit=500".to_owned()];
    query.extend(args.state.map(|state| format!("state={}", escape(&state))));
    query.extend(args.find.map(|text| format!("text={}", escape(&text))));
    query.extend(args.boot_order.map(|verdict| format!("boot_order={verdict}")));
    let mut hosts: Vec<Host> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let cursor = after.map(|after| format!("&after={}", escape(&after))).unwrap_or_default();
        let page: Page<Host> = client.get(&format!("/api/v1/hosts?{}{cursor}", query.join("&"))).await?;
        hosts.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    output.print(&hosts, |hosts| {
        if hosts.is_empty() {
            return "no hosts".to_owned();
        }
        let now = SystemClock.now();
        let rows = hosts.iter().map(|host| {
            [
                host.name.clone(),
                or_dash(host.place.as_ref()),
                host.state.to_string(),
                host.last_seen_at.map_or_else(|| "never".to_owned(), |seen| ago(seen, now)),
                or_dash(host.primary_address.as_ref().or(host.address.as_ref())),
                crate::pages::hosts::machine(host),
                or_dash(host.cpu_threads),
                size(host.memory_bytes, format::bytes),
                host.disk_count.map_or_else(
                    || "-".to_owned(),
                    |count| format!("{count}, {}", size(host.disk_bytes, format::capacity)),
                ),
                or_dash(host.hottest_celsius.map(|celsius| format!("{celsius:.0} °C"))),
                host.id.to_string(),
            ]
        });
        table(
            [
                "name", "place", "state", "seen", "address", "machine", "cpus", "memory", "disks", "hottest",
                "id",
            ],
            rows,
        )
    })
}

fn size(bytes: Option<i64>, written: fn(u64) -> String) -> String {
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).map_or_else(|| "-".to_owned(), written)
}

fn shown(detail: &Detail) -> String {
    let host = &detail.host;
    let now = SystemClock.now();
    let mut text = format!(
        "{}  {}  {}{}\n{}, {}\n",
        host.name,
        host.state,
        host.id,
        host.place.as_ref().map(|place| format!("  at {place}")).unwrap_or_default(),
        crate::pages::hosts::machine(host),
        crate::pages::hosts::last_seen(host, now)
    );
    for incident in &detail.incidents {
        text.push_str(&format!("! {}: {}\n", incident.severity, incident.title));
    }
    for problem in &detail.problems {
        text.push_str(&format!("! {}: {}\n", problem.part, problem.reason));
    }
    for line in detail.boot.news(now) {
        text.push_str(&format!("! {line}\n"));
    }
    if !detail.boot.in_words.is_empty() {
        text.push_str(&format!("It boots with {}\n", detail.boot.in_words));
    }
    if detail.inventory.is_some() {
        text.push_str(&format!("Boot order: {}\n", detail.boot_order));
    }
    let Some(inventory) = &detail.inventory else {
        return text + "\nIt has not reported its inventory yet.\n";
    };
    let view = View { host, inventory, sample: detail.sample.as_ref(), drives: &detail.drives };
    for card in view.cards() {
        text.push_str(&format!("\n{}\n", card.title));
        let width = card.rows.iter().map(|(term, _)| term.chars().count()).max().unwrap_or(0);
        for (term, value) in card.rows {
            text.push_str(&format!("  {term:width$}  {}\n", value.plain()));
        }
    }
    for shown in view.tables() {
        text.push_str(&format!("\n{}\n", shown.title));
        let rows = shown.rows.into_iter().map(|row| row.into_iter().map(|(_, cell)| cell.plain()).collect());
        for line in super::output::wide_table(shown.headings, rows).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

fn parse_verdict(text: &str) -> Result<Verdict, String> {
    serde_json::from_value(text.into()).map_err(|_| "expected accepted, separate or dismissed".to_owned())
}

async fn claims(all: bool, client: &Client, output: Format) -> anyhow::Result<()> {
    let claims: Vec<Claim> = client.get(&format!("/api/v1/claims?settled={all}")).await?;
    output.print(&claims, |claims| {
        if claims.is_empty() {
            return "no claims".to_owned();
        }
        let now = SystemClock.now();
        let rows = claims.iter().map(|claim| {
            let state = claim.settled.as_ref().map(|settled| format!("settled by {}", settled.by));
            [
                claim.host.to_string(),
                claim.source.clone(),
                claim.reason.clone(),
                format!("{} ago", ago(claim.last_at, now)),
                state.unwrap_or_else(|| "open".to_owned()),
                claim.id.to_string(),
            ]
        });
        table(["host", "from", "why it was not taken", "said", "state", "claim"], rows)
    })
}

async fn diff(
    host: &str,
    from: Option<i64>,
    to: Option<i64>,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let query: Vec<String> =
        [from.map(|n| format!("from={n}")), to.map(|n| format!("to={n}"))].into_iter().flatten().collect();
    let changes: Vec<Change> = client.get(&path(host, &format!("/diff?{}", query.join("&")))).await?;
    output.print(&changes, |changes| {
        if changes.is_empty() {
            return "no difference".to_owned();
        }
        let rows =
            changes.iter().map(|c| [c.path.join(" "), or_dash(c.before.as_ref()), or_dash(c.after.as_ref())]);
        table(["what", "before", "after"], rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_one_of_three_words() {
        for (text, verdict) in [
            ("accepted", Verdict::Accepted),
            ("separate", Verdict::Separate),
            ("dismissed", Verdict::Dismissed),
        ] {
            assert_eq!(parse_verdict(text), Ok(verdict));
        }
        assert!(parse_verdict("yes").unwrap_err().contains("separate"));
    }
}
