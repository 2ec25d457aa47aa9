//! A job as it runs: its steps on the terminal, and what came of it.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use scores::{Job, JobStep, Progress, StepState};
use serde_json::Value;

use crate::cli::client::Client;
use crate::cli::output::{Format, table};
use crate::format;
use crate::links::escape;

/// Shows the job's steps as they change, until it has ended.
pub(super) async fn watch(client: &Client, job: &str, output: Format) -> anyhow::Result<Job> {
    let screen = MultiProgress::new();
    let mut lines: Vec<(i64, ProgressBar)> = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/api/v1/jobs/{}?after={after}&wait_secs=20", escape(job));
        let Progress { job, steps } = client.get(&path).await?;
        after = job.seq;
        if output == Format::Table {
            for step in &steps {
                draw(&screen, &mut lines, step);
            }
        }
        if job.state.has_ended() {
            return Ok(job);
        }
    }
}

fn draw(screen: &MultiProgress, lines: &mut Vec<(i64, ProgressBar)>, step: &JobStep) {
    let known = lines.iter().find(|(number, _)| *number == step.number).map(|(_, line)| line.clone());
    let line = known.unwrap_or_else(|| {
        let line = screen.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            line.set_style(style.tick_strings(&["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏", "✓"]));
        }
        line.enable_steady_tick(Duration::from_millis(120));
        lines.push((step.number, line.clone()));
        line
    });
    let text = if step.note.is_empty() { step.text.clone() } else { format!("{}: {}", step.text, step.note) };
    match step.state {
        StepState::Running => line.set_message(text.clone()),
        StepState::Done => line.finish_with_message(text.clone()),
        StepState::Failed => line.abandon_with_message(format!("failed: {text}")),
    }
    // Without a terminal nothing is drawn: then each step's end is a line of its own.
    if !std::io::stderr().is_terminal() && step.state != StepState::Running {
        eprintln!("{} {text}", if step.state == StepState::Done { "✓" } else { "✗" });
    }
}

/// A job's result for people: its hosts, when it has any, and its counts.
pub(super) fn summary(result: &Value) -> String {
    let text = |value: &Value, key: &str| match value.get(key) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let Some(hosts) = result.get("hosts").and_then(Value::as_array) else {
        return if result.is_null() { String::new() } else { format!("{result:#}") };
    };
    let rows = hosts.iter().map(|host| {
        let is = |key| host.get(key).and_then(Value::as_bool).unwrap_or_default();
        let news = if is("new") {
            "new"
        } else if is("changed") {
            "changed"
        } else {
            ""
        };
        let memory = host.get("memory_bytes").and_then(Value::as_u64).map_or("-".to_owned(), format::bytes);
        [
            text(host, "name"),
            news.to_owned(),
            text(host, "state"),
            text(host, "vendor"),
            text(host, "product"),
            text(host, "serial"),
            memory,
            text(host, "disks"),
            text(host, "id"),
        ]
    });
    let counts = format!(
        "{} hosts, {} new, {} changed",
        text(result, "found"),
        text(result, "new"),
        text(result, "changed")
    );
    if hosts.is_empty() {
        return counts;
    }
    format!(
        "{}\n{counts}",
        table(["host", "", "state", "vendor", "product", "serial", "memory", "disks", "id"], rows)
    )
}
