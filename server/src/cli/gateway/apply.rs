//! `muster gateway apply` and `rollback`: shown, asked, done, with each step as it is made. The server goes on when this
//! command ends; asked again, it shows what is going on.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use gateway::{ApplyRecord, ApplyState, Plan, StepState};
use inventory::Id;

use super::asker::Terminal;
use super::{agreed, path, show};
use crate::api::v1::gateways::work::{Apply, RollBack};
use crate::cli::client::Client;
use crate::cli::output::{Format, print_text};
use crate::format::line;
use crate::gateways::diff;
use crate::gateways::words::step;
use crate::links::escape;

/// How often a running apply is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub(super) async fn run(name: &str, yes: bool, client: &Client, output: Format) -> anyhow::Result<()> {
    if let Some(running) = running(name, client).await? {
        eprintln!("{name} is being changed already, by {}:", line(&running.actor, 64));
        return end(follow(name, &running.id, client, output).await?, output);
    }
    let plan: Plan = client.get(&path(name, "/plan")).await?;
    if is_empty(&plan) && plan.conflicts.is_empty() {
        return output.print(&plan, diff::plan);
    }
    eprint!("{}", diff::plan(&plan));
    ensure!(plan.conflicts.is_empty(), "nothing was applied: conflicts stand in the way");
    ensure!(yes || agreed(&mut Terminal::find(), "Apply it?")?, "not applied");
    let record = carry_out(name, &plan.digest, client, output).await?;
    if output == Format::Json { output.print(&record, show::record) } else { Ok(()) }
}

pub(super) async fn roll_back(
    name: &str,
    apply: Option<String>,
    yes: bool,
    client: &Client,
    output: Format,
) -> anyhow::Result<()> {
    let apply: Option<Id> = apply.map(|id| id.parse()).transpose().context("--apply")?;
    let query = apply.as_ref().map_or_else(String::new, |id| format!("?apply={}", escape(id.as_str())));
    let plan: Plan = client.get(&path(name, &format!("/rollback{query}"))).await?;
    eprint!("{}", diff::plan(&plan));
    ensure!(plan.conflicts.is_empty(), "nothing was taken back: conflicts stand in the way");
    ensure!(yes || agreed(&mut Terminal::find(), "Take it back?")?, "nothing was taken back");
    let asked = RollBack { apply, digest: plan.digest };
    let record: ApplyRecord = client.post(&path(name, "/rollback"), &asked).await?;
    end(record, output)
}

/// Whether there is anything to do.
pub(super) fn is_empty(plan: &Plan) -> bool {
    plan.changes.is_empty() && plan.services.is_empty()
}

/// Applies the plan that was shown, and shows each step as it is made.
pub(super) async fn carry_out(
    name: &str,
    digest: &str,
    client: &Client,
    output: Format,
) -> anyhow::Result<ApplyRecord> {
    let (asked, apply) = (Apply { digest: digest.to_owned() }, path(name, "/apply"));
    let answer = client.post::<_, ApplyRecord>(&apply, &asked);
    tokio::pin!(answer);
    let mut watch = Watch::default();
    let record = loop {
        tokio::select! {
            record = &mut answer => break record?,
            () = tokio::time::sleep(LOOK_EVERY) => {
                // What is looked at meanwhile is for the eye only: the answer is what counts.
                if output == Format::Table && let Ok(Some(running)) = running(name, client).await
                    && let Ok(record) = client.get(&path(name, &format!("/applies/{}", escape(running.id.as_str())))).await {
                    watch.show(&record);
                }
            }
        }
    };
    if output == Format::Table {
        watch.show(&record);
    }
    ended(&record)?;
    Ok(record)
}

/// The apply that is going on, if there is one.
async fn running(name: &str, client: &Client) -> anyhow::Result<Option<ApplyRecord>> {
    let applies: Vec<ApplyRecord> = client.get(&path(name, "/applies")).await?;
    Ok(applies.into_iter().find(|record| record.state == ApplyState::Applying))
}

async fn follow(name: &str, id: &Id, client: &Client, output: Format) -> anyhow::Result<ApplyRecord> {
    let path = path(name, &format!("/applies/{}", escape(id.as_str())));
    let mut watch = Watch::default();
    loop {
        let record: ApplyRecord = client.get(&path).await?;
        if output == Format::Table {
            watch.show(&record);
        }
        if record.state != ApplyState::Applying {
            return Ok(record);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn end(record: ApplyRecord, output: Format) -> anyhow::Result<()> {
    match output {
        Format::Json => output.print(&record, show::record)?,
        Format::Table => print_text(&line(&record.words, 2000)),
    }
    ended(&record)
}

/// What did not come to its end is a failure, told with what it means.
fn ended(record: &ApplyRecord) -> anyhow::Result<()> {
    let (name, words) = (&record.gateway, line(&record.words, 2000));
    match record.state {
        ApplyState::Done => Ok(()),
        // A rollback's own end.
        ApplyState::Undone => bail!("{name} is as before: {words}"),
        ApplyState::HalfDone | ApplyState::Interrupted => {
            bail!("{name} is half done: {words}. muster gateway apply {name} brings it to its end")
        }
        ApplyState::Applying => bail!("{name} is being changed still: muster gateway show {name}"),
    }
}

/// Shows each step once, when it has ended.
#[derive(Default)]
struct Watch {
    shown: usize,
}

impl Watch {
    fn show(&mut self, record: &ApplyRecord) {
        let ended = record.steps.iter().take_while(|step| step.state != StepState::Begun);
        for taken in ended.skip(self.shown) {
            eprintln!("  {}", step(taken));
            self.shown += 1;
        }
    }
}
