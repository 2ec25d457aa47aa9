//! `muster host list`.

use clap::Args;
use hosts::{Host, Page};
use inventory::{Clock as _, SystemClock};

use crate::cli::client::Client;
use crate::cli::output::{Format, ago, or_dash, table};
use crate::format;
use crate::links::escape;

#[derive(Debug, Args)]
pub(in crate::cli) struct List {
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

pub(super) async fn run(args: List, client: &Client, output: Format) -> anyhow::Result<()> {
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
