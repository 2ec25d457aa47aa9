//! `muster host set-role`: what a host is to be in a cluster, and which of its disks is written.

use std::net::Ipv4Addr;

use clap::Args;
use gateway::wish::Label;
use okd::validation::{ACCEPTABLE, Verdict, is_refused};
use okd::{Role, Selector};

use crate::api::v1::roles::{Looked, SetRole};
use crate::cli::client::Client;
use crate::cli::output::Format;
use crate::format::line;

use super::{findings, path};

/// Characters of one line: a machine's own words may be in it.
const LINE: usize = 600;
/// And of what a whole cluster wants of its gateway.
const WORDS: usize = 2000;

#[derive(Debug, Args)]
pub(in crate::cli) struct SetRoleArgs {
    /// Name or id
    host: String,
    /// bootstrap, control-plane or worker
    role: Role,
    /// The cluster
    #[arg(long)]
    cluster: Label,
    /// What it is to be called there, without the cluster's domain
    #[arg(long)]
    hostname: Label,
    /// The disk that is written, by what stays with it: conditions on serial, wwn, by-path, size, rotational, model and
    /// transport, such as serial=S4EW or 'size>=400GB,rotational=no'
    #[arg(long, value_name = "SELECTOR")]
    disk: Selector,
    /// The address that the gateway keeps for it
    #[arg(long, value_name = "IP")]
    address: Option<Ipv4Addr>,
    /// What is on the disk may be lost: its serial number or WWN, typed out
    #[arg(long, value_name = "SERIAL")]
    wipe_data: Option<String>,
    /// Take the refusal of this check upon yourself; repeatable
    #[arg(long, value_name = "CHECK", value_parser = ACCEPTABLE)]
    accept: Vec<String>,
    /// Only look
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn set(args: SetRoleArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let SetRoleArgs { host, role, cluster, hostname, disk, address, wipe_data, accept, dry_run } = args;
    let asked = SetRole { cluster, role, hostname, disk, address, wipe: wipe_data, accept };
    let path = path(&host, if dry_run { "/role?dry_run=true" } else { "/role" });
    let looked: Looked = client.put(&path, serde_json::to_vec(&asked)?.into()).await?;
    output.print(&looked, |looked| shown(looked, dry_run))
}

fn shown(looked: &Looked, dry_run: bool) -> String {
    let Looked { host, assignment, findings, disks, gateway } = looked;
    let what = format!("{} {} of {}", assignment.role, assignment.hostname, assignment.cluster);
    let mut text = match dry_run {
        true => format!("{host} would be {what}; nothing was changed\n\n"),
        false => format!("{host} is to be {what}\n\n"),
    };
    for fate in disks {
        text.push_str(&format!("{}\n", line(&fate.words, LINE)));
    }
    text.push('\n');
    for finding in findings::lines(looked.findings.iter()) {
        text.push_str(&format!("{finding}\n"));
    }
    for words in gateway {
        text.push_str(&format!("{}\n", line(&format!("note     {words}"), WORDS)));
    }
    let count = findings.iter().filter(|finding| finding.verdict == Verdict::Refused).count();
    if is_refused(findings) {
        let checks = if count == 1 { "1 check refuses".to_owned() } else { format!("{count} checks refuse") };
        text.push_str(&format!("\n{host} can't be armed so: {checks}\n"));
    }
    text
}
