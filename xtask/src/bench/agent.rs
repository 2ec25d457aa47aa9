//! `cargo xtask bench agent`: everything about the agent that has a number.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use lab::{Namespace, Scratch, interrupt, packages};
use serde_json::{Value, json};

use super::peers::PEERS;
use super::rounds::{self, Candidate, Measured};
use super::verdict::Verdict;
use super::{floor, watch};
use crate::{agent, cargo};

const PEAK_MIB: f64 = 8.0;
const BINARY_MIB: f64 = 6.0;
const FLOOR: f64 = 1.5;
const SCRAPE: f64 = 0.5;
const FIRST_REPORT_MS: f64 = 2000.0;
const WATCH_CPU_PERCENT: f64 = 0.1;
const WATCH_RSS_MIB: f64 = 12.0;
const BYTES_IN_MIB: f64 = 1_048_576.0;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How often each program is run
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// How long the agent keeps watch; 60 for the whole hour
    #[arg(long, value_name = "M", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,
    /// Measure this static agent instead of building one
    #[arg(long, value_name = "FILE")]
    agent: Option<PathBuf>,
    /// JSON instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // Inventories ask what only root may know.
    Namespace::check_rights().context("the programs are measured as root")?;
    packages::require(&[packages::BUILD, &["time"]].concat())?;
    let program = match &arguments.agent {
        Some(program) => std::path::absolute(program)?,
        None => agent::build(agent::Kind::Release)?,
    };
    let folder = cargo::target().join("bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("can't make {}", folder.display()))?;
    let scratch = Scratch::new()?;

    let mut verdict = Verdict::default();
    let inventory = inventory(&program, arguments.rounds, &folder, scratch.path(), &mut verdict)?;
    binary(&program, &mut verdict)?;
    ticks(&program, scratch.path(), &mut verdict)?;
    watching(&program, arguments.minutes, scratch.path(), &mut verdict)?;

    if arguments.json {
        println!("{:#}", json!({"programs": inventory, "verdict": verdict.json()}));
    } else {
        print!("{}\n{}", programs_table(&inventory), verdict.table());
    }
    let missed = verdict.missed();
    if !missed.is_empty() {
        bail!("missed: {}", missed.join(", "));
    }
    Ok(())
}

/// A whole report beside what the others tell.
fn inventory(
    program: &Path,
    rounds: u16,
    folder: &Path,
    scratch: &Path,
    verdict: &mut Verdict,
) -> anyhow::Result<Vec<Value>> {
    let report =
        vec![program.to_str().context("the agent's path is no UTF-8")?.to_owned(), "report".to_owned()];
    let mut candidates = vec![Candidate { name: "muster-agent report".to_owned(), program: report.clone() }];
    // What the agent is held against, and how much of it it may take at most.
    let mut bounds = Vec::new();
    let mut add = |name: String, most: f64, got: anyhow::Result<Vec<String>>| match got {
        Ok(program) => {
            candidates.push(Candidate { name: name.clone(), program });
            bounds.push((name, most));
        }
        Err(error) => verdict.lost(&format!("CPU of {name}"), most, &error),
    };
    match floor::program(&report, folder) {
        Ok((program, files)) => add(format!("reading the same {files} files"), FLOOR, Ok(program)),
        Err(error) => add("reading the same files".to_owned(), FLOOR, Err(error)),
    }
    for peer in &PEERS {
        interrupt::check()?;
        add(peer.name.to_owned(), peer.most, peer.get(folder));
    }

    let measured = rounds::measure(&candidates, rounds, scratch)?;
    let mut all = candidates.iter().zip(measured);
    let (_, ours) = all.next().context("nothing was measured")?;
    let ours = ours.context("the agent's report")?;
    ensure!(ours.complaint.is_none(), "the agent's report: {}", ours.complaint.unwrap_or_default());
    let mut lines = vec![line("muster-agent report", &ours)];
    for ((candidate, theirs), (name, most)) in all.zip(&bounds) {
        let what = format!("CPU of {name}");
        match theirs {
            Ok(theirs) => {
                let complaint = theirs.complaint.as_deref().map(|it| format!(" ({it})")).unwrap_or_default();
                let note = format!("{:.1} ms of {:.1} ms{complaint}", ours.cpu_ms, theirs.cpu_ms);
                verdict.judge(&what, ours.cpu_ms / theirs.cpu_ms, "×", *most, note);
                lines.push(line(&candidate.name, &theirs));
            }
            Err(error) => verdict.lost(&what, *most, &error),
        }
    }
    verdict.judge("peak memory of a report", ours.peak_rss_mib, "MiB", PEAK_MIB, String::new());
    Ok(lines)
}

fn binary(program: &Path, verdict: &mut Verdict) -> anyhow::Result<()> {
    let size = std::fs::metadata(program).with_context(|| format!("can't read {}", program.display()))?.len();
    let size = f64::from(u32::try_from(size).unwrap_or(u32::MAX));
    verdict.judge("static binary", size / BYTES_IN_MIB, "MiB", BINARY_MIB, format!("{size} bytes"));
    Ok(())
}

fn ticks(program: &Path, scratch: &Path, verdict: &mut Verdict) -> anyhow::Result<()> {
    let what = "CPU of one scrape of node_exporter";
    let tick = watch::tick(program, scratch)?;
    match tick.scrape_ms {
        Ok(scrape_ms) => {
            let note =
                format!("a sample taken and sent {:.2} ms, a scrape {scrape_ms:.2} ms", tick.sample_ms);
            verdict.judge(what, tick.sample_ms / scrape_ms, "×", SCRAPE, note);
        }
        Err(error) => verdict.lost(what, SCRAPE, &error),
    }
    Ok(())
}

fn watching(program: &Path, minutes: u64, scratch: &Path, verdict: &mut Verdict) -> anyhow::Result<()> {
    let watch = watch::watch(program, minutes, scratch)?;
    let note = "from its start, taken by a server".to_owned();
    verdict.judge("first report", watch.first_report_ms, "ms", FIRST_REPORT_MS, note);
    let note = format!("{minutes} min, {} samples", watch.samples);
    verdict.judge("keeping watch, CPU of one core", watch.cpu_percent, "%", WATCH_CPU_PERCENT, note.clone());
    verdict.judge("keeping watch, peak memory", watch.peak_rss_mib, "MiB", WATCH_RSS_MIB, note);
    Ok(())
}

fn line(name: &str, measured: &Measured) -> Value {
    let Measured { cpu_ms, wall_ms, peak_rss_mib, .. } = measured;
    json!({"name": name, "cpu_ms": cpu_ms, "wall_ms": wall_ms, "peak_rss_mib": peak_rss_mib})
}

fn programs_table(lines: &[Value]) -> String {
    let mut text = format!("{:<32}{:>10}{:>10}{:>14}\n", "medians", "CPU ms", "wall ms", "peak RSS MiB");
    for line in lines {
        let name = line["name"].as_str().unwrap_or_default();
        let number = |field: &str| line[field].as_f64().unwrap_or(f64::NAN);
        let (cpu, wall, peak) = (number("cpu_ms"), number("wall_ms"), number("peak_rss_mib"));
        text.push_str(&format!("{name:<32}{cpu:>10.2}{wall:>10.2}{peak:>14.1}\n"));
    }
    text
}
