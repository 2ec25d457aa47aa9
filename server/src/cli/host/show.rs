//! `muster host show`: what a host is made of.

use inventory::{Clock as _, SystemClock};

use crate::api::v1::hosts::Detail;
use crate::cli::client::Client;
use crate::cli::output::{Format, wide_table};
use crate::pages::inventory_view::View;

pub(super) async fn run(
    host: &str,
    revision: Option<i64>,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let query = revision.map(|number| format!("?revision={number}")).unwrap_or_default();
    let detail: Detail = client.get(&super::path(host, &query)).await?;
    output.print(&detail, shown)
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
        for line in wide_table(shown.headings, rows).lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}
