//! The agent at its work: what one sample costs, beside one scrape of node_exporter; and what keeping watch takes, over
//! minutes or an hour.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use lab::{Deadline, Place, Process, interrupt, packages};

use super::stub::Stub;

/// So many samples and scrapes are taken, one a second each: the kernel counts processor time in steps of 10 ms.
const TICKS: u32 = 60;
/// The kernel's step, in every Linux that we run on (`USER_HZ`).
const STEP: Duration = Duration::from_millis(10);
const START: Duration = Duration::from_secs(60);

/// What a sample costs, and what a scrape.
pub(super) struct Tick {
    pub(super) sample_ms: f64,
    pub(super) scrape_ms: anyhow::Result<f64>,
}

/// What keeping watch takes.
pub(super) struct Watch {
    pub(super) first_report_ms: f64,
    pub(super) cpu_percent: f64,
    pub(super) peak_rss_mib: f64,
    pub(super) samples: usize,
}

/// Both do their work in the same minute, so that they meet the same machine.
pub(super) fn tick(agent: &Path, scratch: &Path) -> anyhow::Result<Tick> {
    let stub = Stub::start()?;
    let agent = run(agent, &stub, 1, scratch)?;
    let exporter = Exporter::start();
    stub.wait_for("sample", 3, START)?;
    let agent_before = cpu(&agent)?;
    let exporter_before = exporter.as_ref().ok().map(Exporter::cpu).transpose()?.unwrap_or_default();
    let samples_before = stub.count("sample");
    for second in 1..=TICKS {
        super::progress("sample and scrape", second, TICKS);
        let next = Instant::now() + Duration::from_secs(1);
        if let Ok(exporter) = &exporter {
            exporter.scrape()?;
        }
        pause_until(next)?;
    }
    let samples = stub.count("sample").saturating_sub(samples_before);
    ensure!(samples > 0, "the agent took no sample");
    let sample_ms = per(cpu(&agent)?.saturating_sub(agent_before), samples);
    let scrape_ms = exporter
        .and_then(|exporter| Ok(per(exporter.cpu()?.saturating_sub(exporter_before), TICKS as usize)));
    Ok(Tick { sample_ms, scrape_ms })
}

/// Half a minute between two samples, as in life. What starting takes is not counted: it is a report, and measured as such.
pub(super) fn watch(agent: &Path, minutes: u64, scratch: &Path) -> anyhow::Result<Watch> {
    let stub = Stub::start()?;
    let begun = Instant::now();
    let agent = run(agent, &stub, 30, scratch)?;
    let first_report = stub.wait_for("inventory", 1, START)?.duration_since(begun);
    // With the slow sections, which come a little later.
    stub.wait_for("sample", 1, START)?;
    pause_until(Instant::now() + Duration::from_secs(20))?;
    let (before, from) = (cpu(&agent)?, Instant::now());
    let samples_before = stub.count("sample");
    eprintln!("keeping watch for {minutes} min");
    pause_until(from + Duration::from_secs(minutes * 60))?;
    let spent = cpu(&agent)?.saturating_sub(before);
    ensure!(agent.exit_status()?.is_none(), "the agent ended by itself:\n{}", agent.log().tail(20));
    Ok(Watch {
        first_report_ms: first_report.as_secs_f64() * 1000.0,
        cpu_percent: spent.as_secs_f64() / from.elapsed().as_secs_f64() * 100.0,
        peak_rss_mib: peak_rss_mib(&agent)?,
        samples: stub.count("sample").saturating_sub(samples_before),
    })
}

fn run(agent: &Path, stub: &Stub, interval_secs: u32, scratch: &Path) -> anyhow::Result<Process> {
    let state = scratch.join(format!("state-{interval_secs}.json"));
    let mut command = Command::new(agent);
    command.args(["run", "--server", &stub.url(), "--interval", &interval_secs.to_string(), "--state"]);
    Process::spawn("muster-agent", command.arg(state))
}

/// node_exporter with what it collects by default.
struct Exporter {
    process: Process,
    address: SocketAddr,
}

impl Exporter {
    fn start() -> anyhow::Result<Self> {
        packages::require(&["prometheus-node-exporter"])?;
        let address =
            SocketAddr::from((Ipv4Addr::LOCALHOST, Place::Here.free_port(Ipv4Addr::LOCALHOST.into())?));
        let mut command = Command::new("prometheus-node-exporter");
        command.arg(format!("--web.listen-address={address}"));
        let exporter = Self { process: Process::spawn("node_exporter", &command)?, address };
        Deadline::after(START)
            .wait_for("the first scrape of node_exporter", || Ok(exporter.scrape().ok()))
            .with_context(|| exporter.process.log().tail(20))?;
        Ok(exporter)
    }

    fn scrape(&self) -> anyhow::Result<()> {
        let answer = Place::Here.http("GET", self.address, "/metrics", &[], "")?;
        ensure!(answer.status == 200 && answer.body.contains("node_load1"), "node_exporter told nothing");
        Ok(())
    }

    fn cpu(&self) -> anyhow::Result<Duration> {
        cpu(&self.process)
    }
}

/// User and system time of all its threads, also those that have ended.
fn cpu(process: &Process) -> anyhow::Result<Duration> {
    let path = format!("/proc/{}/stat", process.id());
    let text = std::fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
    steps(&text).map(|steps| STEP * steps).with_context(|| format!("{path} says {text:?}"))
}

/// The fields 14 and 15 of proc(5); the second one, the name, may hold anything.
fn steps(stat: &str) -> Option<u32> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    next()?.checked_add(next()?)
}

fn peak_rss_mib(process: &Process) -> anyhow::Result<f64> {
    let path = format!("/proc/{}/status", process.id());
    let text = std::fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).with_context(|| format!("{path} has no VmHWM"))
}

fn per(spent: Duration, count: usize) -> f64 {
    spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn pause_until(end: Instant) -> anyhow::Result<()> {
    while Instant::now() < end {
        interrupt::check()?;
        std::thread::sleep(end.saturating_duration_since(Instant::now()).min(Duration::from_millis(200)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_read_whatever_a_program_is_called() {
        let line = "42 (a) b 7) S 1 42 42 0 -1 4194560 100 0 0 0 17 5 0 0 20 0 3 0 99 1 2 3";
        assert_eq!(steps(line), Some(22));
        assert_eq!(steps("42 (a) S 1"), None);
        assert_eq!(steps(""), None);
    }

    #[test]
    fn this_very_process_has_used_a_processor() {
        let process = Process::spawn("sleep", Command::new("sleep").arg("60")).unwrap();
        cpu(&process).unwrap();
        assert!(peak_rss_mib(&process).unwrap() > 0.0);
    }
}
