//! `muster host explain`: all that a host is given to be installed.

mod document;

use okd::arming::Explained;

use super::{findings, path};
use crate::api::v1::explain::{Explanation, Given};
use crate::cli::client::Client;
use crate::cli::output::Format;
use crate::format::{self, line};

/// Characters of one line: a machine's own words may be in it.
const LINE: usize = 600;

pub(super) async fn run(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let explanation: Explanation = client.get(&path(host, "/explain")).await?;
    output.print(&explanation, table)
}

fn table(explanation: &Explanation) -> String {
    let Explanation { explained, given } = explanation;
    let mut text = format!("{}\n\nChecks\n", heading(explained));
    for finding in findings::lines(explained.plan.findings.iter()) {
        text += &format!("  {finding}\n");
    }
    text += "\nDisks\n";
    if explained.plan.disks.is_empty() {
        text += "  nothing can be said of them\n";
    }
    for fate in &explained.plan.disks {
        text += &format!("  {}\n", line(&fate.words, LINE));
    }
    match given {
        Some(given) => text + &what_is_given(given),
        None => text + "\nIt is given nothing: it can't be armed as it stands.\n",
    }
}

/// What it is, and whether what follows was armed.
fn heading(explained: &Explained) -> String {
    let Explained { plan, latest, stands, installs } = explained;
    let node = match (installs, &plan.node) {
        (Some(arming), _) => format!(": {}", arming.words()),
        (None, Some(node)) => format!(": {} node {}", node.role, node.fqdn),
        (None, None) => String::new(),
    };
    let armed = match latest {
        Some(arming) if *stands => {
            let used = arming.consumed_at.map(|at| format!(", used {}", format::moment(at)));
            let used = used.unwrap_or_else(|| format!(", until {}", format::moment(arming.expires_at)));
            format!("armed by {} {}{used}", arming.armed_by, format::moment(arming.armed_at))
        }
        Some(arming) => {
            let ended = arming.ended.as_ref().map_or("ended", |ended| ended.outcome.as_str());
            format!(
                "not armed: this is what arming would write now. Generation {}: {ended}",
                arming.generation
            )
        }
        None => "not armed: this is what arming would write now".to_owned(),
    };
    line(&format!("{} is {}{node}", plan.name, plan.state), LINE) + "\n" + &line(&armed, LINE)
}

fn what_is_given(given: &Given) -> String {
    let mut text = format!("\nThe live system's kernel, booted from {}\n", given.boots_from);
    for argument in given.command_line.split(' ') {
        text += &format!("  {}\n", line(argument, LINE));
    }
    text += &format!("\nThe live system's document\n{}", document::listed(&given.live));
    if let Some(node) = &given.node {
        text += &format!("\nThe node's document\n{}", document::listed(node));
    }
    for missing in &given.missing {
        text += &format!("\nMissing: {}\n", line(missing, LINE));
    }
    text + "\nBoth documents as they are: --output json\n"
}
