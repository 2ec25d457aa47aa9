//! `muster host power`: switch a machine on, off, or off and on.

mod ways;

use std::time::Duration;

use alerts::Span;
use anyhow::bail;
use clap::{Args, Subcommand};
use inventory::{Clock as _, SystemClock};
use power::{Act, Answer, Question, Request, Shown, State, WayName};

use super::client::Client;
use super::host::path;
use super::output::{Format, ago, print_text, table};
use crate::api::v1::power::{Ask, Said};
use crate::format;

/// How often it is asked how far a request has come.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct PowerArgs {
    /// Name or id
    host: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Say whether it is on, as far as anybody can tell, and what was asked of it last
    Status,
    /// Switch it on
    On(Switch),
    /// Switch it off
    Off(Switch),
    /// Let it boot anew
    Reset(Switch),
    /// Switch it off, and on again
    Cycle(Switch),
    /// Answer what somebody in the room was asked for: done or cannot
    Answer {
        #[arg(value_parser = ["done", "cannot"])]
        answer: String,
    },
    /// Show how it is switched: by which ways, in which order
    Show,
    /// Set a way: add it behind the others, or change the one of that name
    #[command(subcommand)]
    Set(ways::Set),
    /// Take a way away
    Unset {
        /// Its name
        way: WayName,
    },
    /// Set the order in which the ways are tried
    Order {
        /// All their names, the first to be tried first
        #[arg(required = true)]
        ways: Vec<WayName>,
    },
    /// Let it be switched as every host is: agent, ssh, wol, button
    Default,
}

#[derive(Debug, Args)]
struct Switch {
    /// By this way alone, also where nothing seems to be left to do
    #[arg(long, value_name = "WAY")]
    by: Option<WayName>,
    /// How long it has to show that it happened [default: 5m]
    #[arg(long, value_name = "SPAN")]
    watch: Option<Span>,
    /// Don't wait for the end
    #[arg(long)]
    no_wait: bool,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) async fn run(args: PowerArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let PowerArgs { host, what } = args;
    match what {
        What::Status => {
            let shown: Shown = client.get(&path(&host, "/power")).await?;
            output.print(&shown, |shown| status(&host, shown))
        }
        What::On(how) => switch(&host, Act::On, how, client, output).await,
        What::Off(how) => switch(&host, Act::Off, how, client, output).await,
        What::Reset(how) => switch(&host, Act::Reset, how, client, output).await,
        What::Cycle(how) => switch(&host, Act::Cycle, how, client, output).await,
        What::Answer { answer } => {
            let answer: Answer = answer.parse()?;
            let question: Question = client.post(&path(&host, "/answer"), &Said { answer }).await?;
            output.print(&question, |question| format!("answered: {answer}. ({})", question.words))
        }
        What::Show => {
            let shown: Shown = client.get(&path(&host, "/power")).await?;
            output.print(&shown, ways::table_of)
        }
        What::Set(set) => ways::set(&host, set, client, output).await,
        What::Unset { way } => ways::unset(&host, &way, client, output).await,
        What::Order { ways } => ways::order(&host, &ways, client, output).await,
        What::Default => ways::reset(&host, client, output).await,
    }
}

async fn switch(host: &str, act: Act, how: Switch, client: &Client, output: Format) -> anyhow::Result<()> {
    let Switch { by, watch, no_wait, yes } = how;
    if act.is_destructive() && !yes {
        let answer = super::ask(&format!("Switch {host} {act}? What runs on it ends. [y/N] "))?;
        anyhow::ensure!(matches!(answer.as_str(), "y" | "Y" | "yes"), "not switched");
    }
    let watch_secs = watch.map(|watch| u32::try_from(watch.get().as_secs()).unwrap_or(u32::MAX));
    let asked: Request = client.post(&path(host, "/power"), &Ask { act, by, watch_secs }).await?;
    if no_wait {
        return output.print(&asked, |asked| {
            format!("asked for under {}: see muster host power {host} status", asked.id)
        });
    }
    let mut told = String::new();
    let ended = loop {
        let request: Request =
            client.get(&path(host, &format!("/power/{}", crate::links::escape(asked.id.as_str())))).await?;
        if request.state != State::Running {
            break request;
        }
        // For people only, and only what is new: JSON is the end alone.
        if output == Format::Table && request.words != told {
            eprintln!("{}", request.words);
            told.clone_from(&request.words);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    match output {
        Format::Json => output.print(&ended, |_| String::new())?,
        Format::Table => print_text(&format!("{}: {}", ended.state, ended.words)),
    }
    match ended.state {
        State::Done => Ok(()),
        State::Unseen => bail!("nobody saw {host} being switched {act}"),
        _ => bail!("{host} was not switched {act}"),
    }
}

fn status(host: &str, shown: &Shown) -> String {
    let now = SystemClock.now();
    let level = match shown.standing.level {
        power::Level::On => "on",
        power::Level::Off => "off",
        power::Level::Unknown => "not known",
    };
    let mut text = format!("{host}: {level}: {}\n", shown.standing.words);
    if let Some(question) = &shown.question {
        text.push_str(&format!(
            "! {} asked {} ago, until {}: {}\n",
            question.asked_by,
            ago(question.asked_at, now),
            format::moment(question.expires_at),
            question.words
        ));
    }
    if shown.requests.is_empty() {
        return text;
    }
    let rows = shown.requests.iter().flat_map(|request| {
        let head = [
            format!("{} ago", ago(request.asked_at, now)),
            request.asked_by.clone(),
            request.act.to_string(),
            String::new(),
            request.state.to_string(),
            request.words.clone(),
        ];
        let attempts = request.attempts.iter().map(|attempt| {
            let (act, way) = (attempt.act.to_string(), attempt.way.clone());
            [String::new(), String::new(), act, way, attempt.outcome.to_string(), attempt.words.clone()]
        });
        std::iter::once(head).chain(attempts)
    });
    text.push('\n');
    text + &table(["asked", "by", "what", "way", "state", ""], rows)
}
