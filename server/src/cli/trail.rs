//! `muster host trail`, `muster boot trails`: what machines did at boot, and where they stand.

use std::collections::HashSet;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use boot::trail::diagnosis::{Standing, State};
use futures_util::StreamExt as _;
use inventory::{MacAddr, Timestamp};
use reqwest::StatusCode;
use serde_json::json;

use super::client::{Client, Refused};
use super::output::{Format, print_text, table};
use super::sse::Events;
use crate::api::v1::trail::{Boot, TrailAttempt, TrailStep};
use crate::format;
use crate::links::escape;

/// The server speaks every 5 s: whoever hears nothing for longer has lost it.
const SILENCE: Duration = Duration::from_secs(20);
/// How long is waited before it is asked again: doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Prints the boots that are kept, the newest first.
pub(super) async fn show(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let attempts: Vec<TrailAttempt> = client.get(&path(host)).await?;
    output.print(&attempts, |attempts| {
        if attempts.is_empty() {
            return "it has not booted from here yet".to_owned();
        }
        let mut text = String::new();
        for attempt in attempts {
            let began = began(attempt);
            text.push_str(&heading(attempt));
            attempt.steps.iter().for_each(|step| text.push_str(&line(step, began)));
            text.push_str(&stands(&attempt.standing));
        }
        text
    })
}

/// Prints the machines that booted lately.
pub(super) async fn list(client: &Client, output: Format) -> anyhow::Result<()> {
    let boots: Vec<Boot> = client.get("/api/v1/boots").await?;
    output.print(&boots, |boots| {
        if boots.is_empty() {
            return "nothing has booted from here yet".to_owned();
        }
        let rows = boots.iter().map(|boot| {
            [
                boot.attempt.mac.to_string(),
                boot.host.as_ref().map_or_else(|| "-".to_owned(), |host| host.name.clone()),
                format::moment(began(&boot.attempt)),
                word(boot.attempt.standing.state).to_owned(),
                boot.attempt.standing.text.clone(),
            ]
        });
        table(["mac", "host", "began", "stands", ""], rows)
    })
}

/// Prints steps as they come, until it is interrupted. A server that is started anew is found again.
pub(super) async fn follow(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let path = format!("{}/live", path(host));
    let mut shown = Shown::new(output);
    let mut pause = FIRST_PAUSE;
    loop {
        let was_heard = shown.is_begun;
        let lost = match listen(&path, client, &mut shown, &mut pause).await {
            Ok(()) => "the server hung up".to_owned(),
            Err(error) => {
                let refused = error.downcast_ref::<Refused>().map(|refused| refused.status);
                let for_good = match refused {
                    Some(status) => status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS,
                    // A server that was never reached is a mistake of the one who asks.
                    None => !was_heard && !shown.is_begun,
                };
                if for_good {
                    return Err(error);
                }
                format!("{error:#}")
            }
        };
        shown.clear_progress();
        if pause == FIRST_PAUSE {
            eprintln!("{lost}; trying again");
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn listen(path: &str, client: &Client, shown: &mut Shown, pause: &mut Duration) -> anyhow::Result<()> {
    let mut body = client.open(path).await?.bytes_stream();
    let mut events = Events::default();
    loop {
        let piece = tokio::time::timeout(SILENCE, body.next()).await.context("the server fell silent")?;
        let Some(piece) = piece else { return Ok(()) };
        for event in events.read(&piece.context("the connection was lost")?)? {
            let attempts: Vec<TrailAttempt> = serde_json::from_str(&event)
                .context("the server's answer can't be read: is it of another version?")?;
            *pause = FIRST_PAUSE;
            for text in shown.news(&attempts)? {
                print_text(&text);
            }
            shown.progress(&attempts);
        }
    }
}

/// What was printed: an event holds everything, and what was seen is not printed again.
struct Shown {
    output: Format,
    is_begun: bool,
    steps: HashSet<i64>,
    heading: Option<(MacAddr, i64)>,
    standing: Option<(MacAddr, i64, Standing)>,
    has_progress: bool,
}

impl Shown {
    fn new(output: Format) -> Self {
        Self {
            output,
            is_begun: false,
            steps: HashSet::new(),
            heading: None,
            standing: None,
            has_progress: false,
        }
    }

    /// What is new, a line each.
    fn news(&mut self, attempts: &[TrailAttempt]) -> anyhow::Result<Vec<String>> {
        self.clear_progress();
        if !self.is_begun {
            self.is_begun = true;
            // What lies before the newest boot is another command's.
            self.steps.extend(attempts.iter().skip(1).flat_map(|a| &a.steps).map(|step| step.id));
        }
        let mut news = Vec::new();
        for attempt in attempts.iter().rev() {
            for step in &attempt.steps {
                if self.steps.insert(step.id) {
                    news.extend(self.step(attempt, step)?);
                }
            }
        }
        if let Some(newest) = attempts.first() {
            let standing = (newest.mac, newest.number, newest.standing.clone());
            if self.standing.as_ref() != Some(&standing) {
                news.extend(self.stands(newest)?);
                self.standing = Some(standing);
            }
        }
        // What an event no longer holds never comes again.
        let held: HashSet<i64> = attempts.iter().flat_map(|a| &a.steps).map(|step| step.id).collect();
        self.steps.retain(|id| held.contains(id));
        Ok(news)
    }

    fn step(&mut self, attempt: &TrailAttempt, step: &TrailStep) -> anyhow::Result<Vec<String>> {
        if self.output == Format::Json {
            let line = json!({"mac": attempt.mac, "boot": attempt.number, "step": step});
            return Ok(vec![serde_json::to_string(&line)?]);
        }
        let mut lines = Vec::new();
        if self.heading != Some((attempt.mac, attempt.number)) {
            self.heading = Some((attempt.mac, attempt.number));
            lines.push(heading(attempt));
        }
        lines.push(line(step, began(attempt)));
        Ok(lines)
    }

    fn stands(&self, attempt: &TrailAttempt) -> anyhow::Result<Vec<String>> {
        match (self.output, attempt.standing.state) {
            (Format::Json, _) => {
                let line = json!({"mac": attempt.mac, "boot": attempt.number, "standing": attempt.standing});
                Ok(vec![serde_json::to_string(&line)?])
            }
            // That it goes on is what the next step says.
            (Format::Table, State::Going) => Ok(Vec::new()),
            (Format::Table, _) => Ok(vec![stands(&attempt.standing)]),
        }
    }

    /// What is on its way, in a line that is written over; for a terminal only.
    fn progress(&mut self, attempts: &[TrailAttempt]) {
        let running = attempts.first().and_then(|attempt| attempt.running.last());
        let Some(running) = running.filter(|_| std::io::stderr().is_terminal()) else { return };
        let percent = running.percent.map(|percent| format!("{percent} %, ")).unwrap_or_default();
        eprint!("\r\x1b[K  {}  [{percent}{}]", running.in_words(), format::bytes(running.sent_bytes));
        std::io::stderr().flush().ok();
        self.has_progress = true;
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.has_progress) {
            eprint!("\r\x1b[K");
        }
    }
}

fn path(host: &str) -> String {
    match host.parse::<MacAddr>() {
        Ok(mac) => format!("/api/v1/boots/{}", mac.hyphenated()),
        Err(_) => format!("/api/v1/hosts/{}/trail", escape(host)),
    }
}

fn began(attempt: &TrailAttempt) -> Timestamp {
    attempt.steps.first().map(|step| step.at).unwrap_or_default()
}

fn heading(attempt: &TrailAttempt) -> String {
    format!("{}  {}\n", format::moment(began(attempt)), attempt.mac)
}

fn line(step: &TrailStep, began: Timestamp) -> String {
    let after = step.at.since(began).as_secs_f64();
    let sent = step.sent();
    let sent = if sent.is_empty() { sent } else { format!("  [{sent}]") };
    format!("  +{after:>6.1}s  {}{sent}\n", step.in_words())
}

fn stands(standing: &Standing) -> String {
    let mut text = format!("  {}: {}\n", word(standing.state), standing.text);
    if let Some(cause) = &standing.cause {
        text.push_str(&format!("    {cause}\n"));
    }
    text
}

const fn word(state: State) -> &'static str {
    match state {
        State::Going => "on its way",
        State::Done => "done",
        State::Stopped => "stopped",
        State::Failed => "failed",
    }
}

#[cfg(test)]
mod tests;
