//! `muster host history`, `muster host diff`: what was, and what has changed since.

use hosts::Change;

use crate::api::v1::hosts::Event;
use crate::cli::client::Client;
use crate::cli::output::{Format, or_dash, table};
use crate::format;

use super::path;

pub(super) async fn history(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let events: Vec<Event> = client.get(&path(host, "/events")).await?;
    output.print(&events, |events| {
        let rows =
            events.iter().map(|e| [format::moment(e.at), e.kind.clone(), e.actor.clone(), e.summary.clone()]);
        table(["when", "what", "by", ""], rows)
    })
}

pub(super) async fn diff(
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
