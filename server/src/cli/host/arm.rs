//! `muster host arm`, `reprovision`, `disarm`, `release`: shown, asked, done. What is armed is what was shown.

use alerts::Span;
use anyhow::ensure;
use clap::Args;
use okd::Arming;
use okd::arming::{ArmPlan, Occasion, Plan};
use okd::validation::Verdict;

use super::{findings, path};
use crate::api::v1::arming::{Arm, Planned, Released, ToArm};
use crate::api::v1::hosts::Detail;
use crate::cli::client::Client;
use crate::cli::output::{Format, print_text};

use crate::format::{self, line};

/// Characters of one line: a machine's own words may be in it.
const LINE: usize = 600;
/// And of what a whole cluster wants of its gateway.
const WORDS: usize = 2000;

#[derive(Debug, Args)]
pub(in crate::cli) struct ArmArgs {
    /// Names or ids
    #[arg(required = true)]
    hosts: Vec<String>,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// How long it stands: 30m, 2h
    #[arg(long, value_name = "SPAN", default_value = "2h")]
    expires: Span,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReprovisionArgs {
    /// Name or id
    host: String,
    /// What is on the disk may be lost: its serial number or WWN, typed out
    #[arg(long, value_name = "SERIAL")]
    wipe_data: Option<String>,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// How long it stands: 30m, 2h
    #[arg(long, value_name = "SPAN", default_value = "2h")]
    expires: Span,
}

pub(super) async fn arm(args: ArmArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let order = || ToArm { hosts: args.hosts.clone(), occasion: Occasion::First, wipe: None };
    armed(order, args.expires, args.yes, client, output).await
}

pub(super) async fn reprovision(
    args: ReprovisionArgs,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let ReprovisionArgs { host, wipe_data, yes, expires } = args;
    let order = || ToArm { hosts: vec![host.clone()], occasion: Occasion::Again, wipe: wipe_data.clone() };
    armed(order, expires, yes, client, output).await
}

async fn armed(
    order: impl Fn() -> ToArm,
    expires: Span,
    yes: bool,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let Planned { plan, gateway } = client.post("/api/v1/arming-plan", &order()).await?;
    eprint!("{}", shown(&plan));
    for words in gateway {
        eprintln!("{}", line(&words, WORDS));
    }
    let refused: Vec<&str> =
        plan.hosts.iter().filter(|host| !host.is_good()).map(|host| host.name.as_str()).collect();
    ensure!(refused.is_empty(), "nothing was armed: {} can't be", refused.join(", "));
    if !yes {
        let many =
            if plan.hosts.len() == 1 { "it".to_owned() } else { format!("these {} hosts", plan.hosts.len()) };
        let answer = crate::cli::ask(&format!("Arm {many}? [y/N] "))?;
        ensure!(matches!(answer.as_str(), "y" | "Y" | "yes"), "nothing was armed");
    }
    let asked = Arm { order: order(), digest: plan.digest, expires_secs: Some(expires.get().as_secs()) };
    let armed: Vec<Arming> = client.post("/api/v1/armings", &asked).await?;
    output.print(&armed, |armed| {
        let lines = armed.iter().map(|arming| {
            let name = plan.hosts.iter().find(|host| host.host == arming.host);
            let name = name.map_or(arming.host.as_str(), |host| &host.name);
            let until = format::moment(arming.expires_at);
            format!("{name} is armed as {}, until {until}", line(&arming.words(), LINE))
        });
        let next = "it is installed when it boots from the network next: muster host power HOST reset; watch it with muster host install HOST --follow";
        lines.chain([next.to_owned()]).collect::<Vec<_>>().join("\n")
    })
}

pub(super) async fn disarm(hosts: &[String], client: &Client) -> anyhow::Result<()> {
    for host in hosts {
        let arming: Arming = client.post(&path(host, "/disarm"), &()).await?;
        print_text(&format!("{host} is not armed any more: generation {} was not used", arming.generation));
    }
    Ok(())
}

pub(super) async fn release(host: &str, yes: bool, client: &Client, output: Format) -> anyhow::Result<()> {
    let detail: Detail = client.get(&path(host, "")).await?;
    if !yes {
        let answer = crate::cli::ask(&format!(
            "Take the role of {} ({}) back? Its disks are not touched. [y/N] ",
            detail.host.name, detail.host.state
        ))?;
        ensure!(matches!(answer.as_str(), "y" | "Y" | "yes"), "not released");
    }
    let released: Released = client.post(&path(detail.host.id.as_str(), "/release"), &()).await?;
    output.print(&released, |released| format!("{} is ready; {}", released.host, line(&released.disks, LINE)))
}

/// Host by host: what it becomes, what becomes of each disk, what was found.
fn shown(plan: &Plan) -> String {
    plan.hosts.iter().map(host).collect::<Vec<_>>().join("\n")
}

fn host(plan: &ArmPlan) -> String {
    let place = plan.place.as_ref().map(|place| format!(", at {place}")).unwrap_or_default();
    let mut lines = vec![format!("{}{place}, {}", plan.name, plan.state)];
    if let Some(node) = &plan.node {
        lines.push(format!("  becomes  {} node {}", node.role, node.fqdn));
        let network = if node.network.is_some() {
            "as its file says: see muster host explain"
        } else {
            "DHCP on the card that it boots from"
        };
        lines.push(format!("  network  {network}"));
        let image = node.image.as_ref().map_or("none", |image| image.build.as_str());
        lines.push(format!("  by       CoreOS {}", line(image, 64)));
        let marks = &node.machine;
        let macs: Vec<String> = marks.macs.iter().map(ToString::to_string).collect();
        let known = [
            Some(macs.join(", ")),
            marks.serial.as_ref().map(|serial| format!("serial number {serial}")),
            marks.uuid.clone(),
        ];
        lines.push(format!(
            "  known by {}",
            line(&known.into_iter().flatten().collect::<Vec<_>>().join("; "), LINE)
        ));
    }
    lines.extend(plan.disks.iter().map(|fate| format!("  disk     {}", line(&fate.words, LINE))));
    if let Some(why) = &plan.leaves_by_exit {
        lines.push(format!("  boot     {}", line(why, LINE)));
    }
    let speaking = plan.findings.iter().filter(|it| it.verdict != Verdict::Good);
    lines.extend(findings::lines(speaking).into_iter().map(|finding| format!("  {finding}")));
    lines.push(String::new());
    lines.join("\n")
}
