//! What a program costs, from its start to its end, with all its children.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::resource::{Usage, UsageWho, getrusage};

/// The cost of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cost {
    /// User and system time, its children's too.
    pub(crate) cpu: Duration,
    /// On the clock.
    pub(crate) wall: Duration,
    /// How it ended, where that was not well: some tell all they know, and end with a complaint.
    pub(crate) complaint: Option<String>,
}

/// Runs it to its end. Nothing else that this process started may end meanwhile.
///
/// # Errors
/// When it can't be started, or fails without having told anything; with the end of what it complained of.
pub(crate) fn of(program: &[String]) -> anyhow::Result<Cost> {
    let mut command = command(program)?;
    let before = cpu_of_children()?;
    let begun = Instant::now();
    let output = command.output();
    let wall = begun.elapsed();
    let output = output.with_context(|| format!("can't start {}", program.join(" ")))?;
    let cpu = cpu_of_children()?.saturating_sub(before);
    let complaint = (!output.status.success()).then(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a word");
        // Some colour even what nobody looks at.
        let last: String = last.chars().filter(|c| !c.is_control()).collect();
        format!("it ended with {}: {last}", output.status)
    });
    match complaint {
        Some(complaint) if output.stdout.is_empty() => bail!(complaint),
        complaint => Ok(Cost { cpu, wall, complaint }),
    }
}

/// The most memory that it, or one of its children, had at a time. From GNU time, which is small itself: the kernel counts
/// the process that a program was started from as the program's own.
pub(crate) fn peak_rss_kib(program: &[String], scratch: &Path) -> anyhow::Result<u64> {
    let answer = scratch.join("peak");
    let mut time = command(&["/usr/bin/time".to_owned()])?;
    time.args(["--format", "%M", "--output"]).arg(&answer).args(program);
    let run = time.stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.context("can't start /usr/bin/time")?;
    let text = std::fs::read_to_string(&answer)?;
    // Of a program that ends with a complaint it tells that first.
    let last = text.lines().last().unwrap_or_default();
    last.trim().parse().with_context(|| format!("/usr/bin/time said {text:?}"))
}

fn command(program: &[String]) -> anyhow::Result<Command> {
    let (name, arguments) = program.split_first().context("no program is named")?;
    let mut command = Command::new(name);
    command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null());
    Ok(command)
}

fn cpu_of_children() -> anyhow::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("can't ask for the children's time")?;
    Ok(cpu(&usage))
}

fn cpu(usage: &Usage) -> Duration {
    let micros = [usage.user_time(), usage.system_time()].map(|time| {
        let (seconds, micros) = (time.tv_sec(), time.tv_usec());
        u64::try_from(seconds).unwrap_or(0) * 1_000_000 + u64::try_from(micros).unwrap_or(0)
    });
    Duration::from_micros(micros.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[test]
    fn the_work_of_children_is_counted() {
        let busy = of(&shell("i=0; (while [ $i -lt 50000 ]; do i=$((i+1)); done); true")).unwrap();
        assert!(busy.cpu > Duration::ZERO);
    }

    #[test]
    fn a_program_that_fails_is_no_measurement_and_says_why() {
        let error = of(&shell("echo first >&2; echo the reason >&2; exit 3")).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("the reason"), "{error}");
        let grumbler = of(&shell("echo all I know; echo but >&2; exit 3")).unwrap();
        assert!(grumbler.complaint.is_some_and(|complaint| complaint.ends_with(": but")));
        of(&["/no/such/program".to_owned()]).unwrap_err();
        of(&[]).unwrap_err();
    }
}
