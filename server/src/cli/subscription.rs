//! `muster subscription`: who hears of what.

use std::io::IsTerminal as _;

use alerts::{NewSubscription, Severity, TestResult};
use anyhow::ensure;
use clap::{Args, Subcommand};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use super::client::Client;
use super::output::{Format, or_dash, print_text, table};
use crate::api::v1::subscriptions::Listed;
use crate::format;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a subscription
    Add(Add),
    /// List the subscriptions, and how each does
    List,
    /// Send a message now, and say what became of it
    Test {
        /// Its name
        name: String,
    },
    /// Remove a subscription, and what waits for it
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What to call it
    #[arg(long)]
    name: String,
    /// Through which provider
    #[arg(long)]
    provider: String,
    /// To which topic; whoever knows its name can read it where the server lets everybody read
    #[arg(long)]
    topic: String,
    /// Nothing milder: info, warn or crit
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    min_severity: String,
    /// Only rules whose name begins so, e.g. temp. or agent.missing
    #[arg(long, value_name = "PREFIX")]
    rule: Option<String>,
    /// Only this host (its id)
    #[arg(long, value_name = "ID")]
    host: Option<String>,
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Add(args) => {
            let min_severity: Severity = args.min_severity.parse()?;
            let new = NewSubscription {
                name: args.name.parse()?,
                provider: args.provider.parse()?,
                topic: args.topic.parse()?,
                min_severity,
                rule_prefix: args.rule,
                host: args.host.map(|host| host.parse()).transpose()?,
            };
            let added: Listed = client.post("/api/v1/subscriptions", &new).await?;
            output.print(&added, |added| {
                let link = added.phone_link.clone().unwrap_or_default();
                let code = if std::io::stdout().is_terminal() { code(&link) } else { String::new() };
                format!("subscription {} is added\non the phone: {link}\n{code}", added.subscription.name)
            })
        }
        Command::List => {
            let subscriptions: Vec<Listed> = client.get("/api/v1/subscriptions").await?;
            output.print(&subscriptions, |subscriptions| {
                let rows = subscriptions.iter().map(|listed| {
                    let s = &listed.subscription;
                    let state = match (&s.trouble, s.waiting) {
                        (Some(trouble), _) => trouble.reason.clone(),
                        (None, 0) => "ok".to_owned(),
                        (None, waiting) => format!("{waiting} waiting: {}", or_dash(s.last_error.as_ref())),
                    };
                    [
                        s.name.to_string(),
                        s.provider.to_string(),
                        s.topic.to_string(),
                        s.min_severity.to_string(),
                        or_dash(s.rule_prefix.as_ref()),
                        s.last_ok_at.map_or_else(|| "never".to_owned(), format::moment),
                        state,
                    ]
                });
                table(["name", "provider", "topic", "from", "rules", "last sent", "state"], rows)
            })
        }
        Command::Test { name } => {
            let path = format!("/api/v1/subscriptions/{}/test", escape(&name));
            let result: TestResult = client.post(&path, &()).await?;
            ensure!(result.delivered, "the test message was not taken: {}", result.answer);
            output.print(&result, |result| format!("the test message was taken as {}", result.answer))
        }
        Command::Remove { name } => {
            let () = client.delete(&format!("/api/v1/subscriptions/{}", escape(&name))).await?;
            print_text(&format!("subscription {name} is removed"));
            Ok(())
        }
    }
}

/// A code to photograph, in half blocks; what is too long for one stands as text above.
fn code(link: &str) -> String {
    QrCode::new(link).map(|code| code.render::<Dense1x2>().build()).unwrap_or_default()
}
