//! `muster host install`: how far a host's installation is.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use okd::progress::{Shown, State, Word};

use super::path;
use crate::cli::client::{Client, Refused};
use crate::cli::output::{Format, print_text};
use crate::cli::sse::Events;
use crate::format;

/// The server speaks every 5 s: whoever hears nothing for longer has lost it.
const SILENCE: Duration = Duration::from_secs(20);
/// How long is waited before it is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// Prints how it stands.
pub(super) async fn show(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let shown: Shown = client.get(&path(host, "/install")).await?;
    output.print(&shown, |shown| {
        let mut text = heading(shown);
        shown.words.iter().for_each(|word| text.push_str(&line(word, shown)));
        text + &stands(shown)
    })
}

/// Prints steps as they come, until it is done or has failed: the exit status tells which. A server that is started anew is
/// found again.
pub(super) async fn follow(host: &str, client: &Client, output: Format) -> anyhow::Result<()> {
    let mut told = Told { output, generation: 0, words: 0, standing: None, has_progress: false };
    loop {
        match listen(host, client, &mut told).await {
            Ok(Some(shown)) => {
                let standing = &shown.standing;
                anyhow::ensure!(standing.state == State::Done, "{}: {}", shown.node, standing.text);
                return Ok(());
            }
            Ok(None) => {}
            Err(error) => {
                let refused = error.downcast_ref::<Refused>().map(|refused| refused.status);
                // A server that was never reached is a mistake of the one who asks.
                let was_heard = told.generation > 0;
                if refused.is_some_and(|status| status.is_client_error()) || (refused.is_none() && !was_heard)
                {
                    return Err(error);
                }
            }
        }
        told.clear_progress();
        tokio::time::sleep(PAUSE).await;
    }
}

/// Until the installation ends; nothing where the connection does before.
async fn listen(host: &str, client: &Client, told: &mut Told) -> anyhow::Result<Option<Shown>> {
    let mut body = client.open(&path(host, "/install/live")).await?.bytes_stream();
    let mut events = Events::default();
    loop {
        let piece = tokio::time::timeout(SILENCE, body.next()).await.context("the server fell silent")?;
        let Some(piece) = piece else { return Ok(None) };
        for event in events.read(&piece.context("the connection was lost")?)? {
            let shown: Option<Shown> = serde_json::from_str(&event)
                .context("the server's answer can't be read: is it of another version?")?;
            let shown = shown.with_context(|| format!("{host} was never armed: see muster host arm"))?;
            told.tell(&shown)?;
            if matches!(shown.standing.state, State::Done | State::Failed | State::Ended) {
                return Ok(Some(shown));
            }
        }
    }
}

/// What was printed: an event holds everything, and what was seen is not printed again.
struct Told {
    output: Format,
    generation: i64,
    words: usize,
    standing: Option<(State, String)>,
    has_progress: bool,
}

impl Told {
    fn tell(&mut self, shown: &Shown) -> anyhow::Result<()> {
        self.clear_progress();
        if self.output == Format::Json {
            print_text(&serde_json::to_string(shown)?);
            self.generation = shown.generation;
            return Ok(());
        }
        if self.generation != shown.generation {
            (self.generation, self.words, self.standing) = (shown.generation, 0, None);
            print_text(heading(shown).trim_end());
        }
        for word in shown.words.iter().skip(self.words) {
            print_text(line(word, shown).trim_end());
        }
        self.words = shown.words.len();
        let standing = (shown.standing.state, shown.standing.text.clone());
        // That it goes on is what the next step says.
        if shown.standing.state != State::Going && self.standing.as_ref() != Some(&standing) {
            print_text(stands(shown).trim_end());
        }
        self.standing = Some(standing);
        if let Some(percent) = shown.standing.percent.filter(|_| std::io::stderr().is_terminal()) {
            eprint!("\r\x1b[K  {percent} % of the disk is written");
            std::io::stderr().flush().ok();
            self.has_progress = true;
        }
        Ok(())
    }

    fn clear_progress(&mut self) {
        if std::mem::take(&mut self.has_progress) {
            eprint!("\r\x1b[K");
        }
    }
}

fn heading(shown: &Shown) -> String {
    format!("{}, generation {}, armed {}\n", shown.node, shown.generation, format::moment(shown.armed_at))
}

fn line(word: &Word, shown: &Shown) -> String {
    let after = word.at.since(shown.armed_at).as_secs_f64();
    let failed = if word.failed { "FAILED: " } else { "" };
    let percent = word.percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
    let more = format::line(&word.words, 160);
    let more = if more.is_empty() || word.failed { String::new() } else { format!("  [{more}]") };
    format!("  +{after:>7.1}s  {failed}{}{percent}{more}\n", word.step.in_words())
}

fn stands(shown: &Shown) -> String {
    let standing = &shown.standing;
    let due = standing.due_at.map(|due| format!("; expected by {}", format::moment(due))).unwrap_or_default();
    let mut text = format!("  {}: {}{due}\n", standing.state.in_words(), standing.text);
    if let Some(cause) = &standing.cause {
        text.push_str(&format!("    {cause}\n"));
    }
    for line in standing.log.lines() {
        text.push_str(&format!("    | {line}\n"));
    }
    if shown.leaked {
        text.push_str("    its document was handed out, and nothing was heard of its machine: treat what stands in it as leaked\n");
    }
    if standing.may_retry {
        text.push_str(&format!("    try again: muster host reprovision {}\n", shown.name));
    }
    text
}
