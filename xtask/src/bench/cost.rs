//! What a program costs, from its start to its end, with all its children.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use nix::sys::resource::{Usage, UsageWho, getrusage};

/// The cost of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    /// User and system time, its children's too.
    pub(crate) cpu: Duration,
    /// On the clock.
    pub(crate) wall: Duration,
}

/// Runs it to its end. Nothing else that this process started may end meanwhile.
///
/// # Errors
/// When it can't be started, or ends with another status than 0; with the end of what it complained of.
pub(crate) fn of(program: &[String]) -> anyhow::Result<Cost> {
    let mut command = command(program)?;
    let before = cpu_of_children()?;
    let begun = Instant::now();
    // What it says on standard error is little, and tells why it fails.
    let output = command.stdout(Stdio::null()).output();
    let wall = begun.elapsed();
    let output = output.with_context(|| format!("can't start {}", program.join(" ")))?;
    let cpu = cpu_of_children()?.saturating_sub(before);
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let last = complaint.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("without a word");
        bail!("it ended with {}: {last}", output.status);
    }
    Ok(Cost { cpu, wall })
}

/// The most memory that it, or one of its children, had at a time. From GNU time, which is small itself: the kernel counts
/// the process that a program was started from as the program's own.
pub(crate) fn peak_rss_kib(program: &[String], scratch: &Path) -> anyhow::Result<u64> {
    let answer = scratch.join("peak");
    let mut time = command(&["/usr/bin/time".to_owned()])?;
    time.args(["--format", "%M", "--output"]).arg(&answer).args(program);
    let status =
        time.stdout(Stdio::null()).stderr(Stdio::null()).status().context("can't start /usr/bin/time")?;
    ensure!(status.success(), "{} ended with {status}", program.join(" "));
    let text = std::fs::read_to_string(&answer)?;
    text.trim().parse().with_context(|| format!("/usr/bin/time said {text:?}"))
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
    fn the_work_of_children_is_counted_and_a_pause_is_not() {
        let busy = of(&shell("i=0; (while [ $i -lt 50000 ]; do i=$((i+1)); done); true")).unwrap();
        assert!(busy.cpu > Duration::ZERO);
        assert!(busy.cpu <= busy.wall + Duration::from_millis(20), "{busy:?}");
    }

    #[test]
    fn a_program_that_fails_is_no_measurement_and_says_why() {
        let error = of(&shell("echo first >&2; echo the reason >&2; exit 3")).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("the reason"), "{error}");
        of(&["/no/such/program".to_owned()]).unwrap_err();
        of(&[]).unwrap_err();
    }
}
