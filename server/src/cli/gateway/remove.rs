//! `muster gateway remove`: everything that Muster made goes, and then the gateway is forgotten.

use anyhow::ensure;
use gateway::{ApplyState, Plan, Wish};

use super::asker::Terminal;
use super::{agreed, apply, path};
use crate::api::v1::gateways::Shown;
use crate::cli::client::Client;
use crate::cli::output::{Format, print_text};
use crate::gateways::diff;
use crate::links::escape;

pub(super) async fn run(name: &str, leave: bool, yes: bool, client: &Client) -> anyhow::Result<()> {
    let mut terminal = Terminal::find();
    if leave {
        let question = format!("Forget {name}, and leave what Muster made there? Nobody will look after it.");
        ensure!(yes || agreed(&mut terminal, &question)?, "{name} was not removed");
        let () = client.delete(&path(name, "?leave=true")).await?;
        print_text(&format!("{name} is forgotten; what Muster made there was left"));
        return Ok(());
    }
    let plan: Plan = client.get(&path(name, "/plan?empty=true")).await?;
    if !plan.changes.is_empty() {
        eprintln!("{}", diff::plan(&plan));
        ensure!(plan.conflicts.is_empty(), "{name} was not removed: conflicts stand in the way");
        let question = format!("Take this off {name}?");
        ensure!(yes || agreed(&mut terminal, &question)?, "{name} was not removed, and nothing was changed");
        take_off(name, &plan, client).await?;
    }
    let () = client.delete(&path(name, "")).await?;
    print_text(&format!("{name} is removed, and nothing of Muster's is left there"));
    Ok(())
}

/// Clears what is wanted and applies that. Where it did not come to that, what was wanted is wanted again.
async fn take_off(name: &str, plan: &Plan, client: &Client) -> anyhow::Result<()> {
    let before: Shown = client.get(&path(name, "")).await?;
    let part_of = |part: &str| path(name, &format!("/wish/{}", escape(part)));
    for part in before.wish.keys() {
        let () = client.delete(&part_of(part)).await?;
    }
    let Err(failed) = apply::carry_out(name, &plan.digest, client, Format::Table).await else {
        return Ok(());
    };
    let after: Shown = client.get(&path(name, "")).await?;
    let last = after.listed.last_apply.map(|last| last.state);
    // One that is half done is brought to its end by another apply, and that end is an empty gateway.
    if !matches!(last, Some(ApplyState::HalfDone | ApplyState::Interrupted | ApplyState::Applying)) {
        for (part, wish) in &before.wish {
            let _: Wish = client.put_json(&part_of(part), serde_json::to_vec(wish)?).await?;
        }
    }
    Err(failed.context(format!("{name} was not removed")))
}
