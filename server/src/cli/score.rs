//! `muster score`: declared wishes, and running them with their progress live on the terminal.

mod watch;

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use scores::JobState;
use serde_json::{Map, Value, json};

use super::ask;
use super::client::Client;
use super::output::{Format, print_text, table};
use crate::api::v1::jobs::{Start, Started};
use crate::api::v1::scores::Listed;
use watch::{summary, watch};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the scores
    List,
    /// Run scores
    Run(Run),
}

#[derive(Debug, Args)]
pub(super) struct Run {
    /// Only scores whose name contains this
    #[arg(short, long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only the N-th of them
    #[arg(short, long, value_name = "N", conflicts_with = "all")]
    number: Option<usize>,
    /// All of them, one after the other
    #[arg(short, long)]
    all: bool,
    /// Only list what would be run
    #[arg(short, long)]
    list: bool,
    /// Don't ask before running
    #[arg(short, long, conflicts_with = "interactive")]
    yes: bool,
    /// Choose from a list
    #[arg(short, long)]
    interactive: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// What the scores want to know, as TOML: one table a score
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Discover: wait until so many hosts are known
    #[arg(long, value_name = "N")]
    wait_for: Option<u32>,
    /// Discover: wait no longer than so many seconds
    #[arg(long, value_name = "SECS")]
    timeout: Option<u64>,
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    let scores: Vec<Listed> = client.get("/api/v1/scores").await?;
    match command {
        Command::List => output.print(&scores, |scores| listed(scores)),
        Command::Run(args) => {
            let chosen = choose(scores, &args)?;
            if args.list {
                return output.print(&chosen, |chosen| listed(chosen));
            }
            for score in &chosen {
                run_one(score, &args, client, output).await?;
            }
            Ok(())
        }
    }
}

fn listed(scores: &[Listed]) -> String {
    table(["score", "what it does"], scores.iter().map(|s| [s.name.clone(), s.description.clone()]))
}

/// Which scores the flags mean. More than one needs `--all`, so that nothing runs by a slip.
fn choose(scores: Vec<Listed>, args: &Run) -> anyhow::Result<Vec<Listed>> {
    let filter = args.filter.clone().unwrap_or_default().to_lowercase();
    let mut found: Vec<_> = scores.into_iter().filter(|s| s.name.to_lowercase().contains(&filter)).collect();
    ensure!(!found.is_empty(), "no score's name contains {filter:?}: `muster score list` shows them");
    let number = match args.number {
        None if args.interactive && !args.all => Some(ask_number(&found)?),
        number => number,
    };
    if let Some(number) = number {
        ensure!(
            (1..=found.len()).contains(&number),
            "there is no score number {number}: there are {}",
            found.len()
        );
        found = found.into_iter().skip(number - 1).take(1).collect();
    }
    if found.len() > 1 && !args.all && !args.list {
        let names: Vec<_> = found.iter().map(|s| s.name.as_str()).collect();
        bail!(
            "that means several scores ({}): name one with -f or -n, or all of them with -a",
            names.join(", ")
        );
    }
    Ok(found)
}

fn ask_number(scores: &[Listed]) -> anyhow::Result<usize> {
    for (index, score) in scores.iter().enumerate() {
        eprintln!("{:>3}  {}  {}", index + 1, score.name, score.description);
    }
    ask("Which one? ")?.parse().context("that is no number")
}

async fn run_one(score: &Listed, args: &Run, client: &Client, output: Format) -> anyhow::Result<()> {
    let start = |dry_run| -> anyhow::Result<Start> {
        Ok(Start { score: score.name.clone(), params: params(&score.name, args)?, dry_run })
    };
    if args.dry_run || !args.yes {
        let Started { plan, .. } = client.post("/api/v1/jobs", &start(true)?).await?;
        if args.dry_run {
            return output.print(&json!({"score": score.name, "plan": plan}), |_| plan.join("\n"));
        }
        eprintln!("{}:\n  {}", score.name, plan.join("\n  "));
        ensure!(matches!(ask("Run it? [y/N] ")?.as_str(), "y" | "Y" | "yes"), "not run");
    }
    let Started { job, .. } = client.post("/api/v1/jobs", &start(false)?).await?;
    let job = job.context("the server started no job")?;
    let ended = watch(client, job.as_str(), output).await?;
    match output {
        Format::Json => output.print(&ended, |_| String::new())?,
        Format::Table => print_text(&summary(ended.result.as_ref().unwrap_or(&Value::Null))),
    }
    ensure!(
        ended.state == JobState::Done,
        "{} {}: {}",
        score.name,
        ended.state.as_str(),
        ended.error.unwrap_or_else(|| "it gave no reason".to_owned())
    );
    Ok(())
}

/// The answers file's table for this score, with the flags over it.
fn params(score: &str, args: &Run) -> anyhow::Result<Value> {
    let mut params = match &args.answers {
        None => Map::new(),
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
            let all: Map<String, Value> =
                toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
            match all.get(score) {
                None => Map::new(),
                Some(Value::Object(own)) => own.clone(),
                Some(_) => bail!("in {}: [{score}] is not a table", path.display()),
            }
        }
    };
    if let Some(hosts) = args.wait_for {
        params.insert("wait_for".to_owned(), json!(hosts));
    }
    if let Some(secs) = args.timeout {
        params.insert("timeout_secs".to_owned(), json!(secs));
    }
    Ok(Value::Object(params))
}

#[cfg(test)]
mod tests;
