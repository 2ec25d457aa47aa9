//! `muster secret`: passwords and tokens. Values come from standard input and are never shown again.

use std::io::Read as _;

use anyhow::{Context as _, ensure};
use clap::Subcommand;
use secrets::Listed;

use super::client::Client;
use super::output::{Format, print_text, table};
use crate::format;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a secret; its value is read from standard input
    Set {
        /// Its name
        name: String,
    },
    /// List the names
    List,
    /// Remove a secret that nothing uses
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Set { name } => {
            let mut value = String::new();
            std::io::stdin()
                .read_to_string(&mut value)
                .context("can't read the value from standard input")?;
            // A line typed or piped ends with a newline that nobody meant.
            let value = value.strip_suffix('\n').unwrap_or(&value).to_owned();
            ensure!(
                !value.is_empty(),
                "the value is empty: pipe it in, e.g. `muster secret set {name} < file`"
            );
            let () = client.put(&format!("/api/v1/secrets/{}", escape(&name)), value.into()).await?;
            print_text(&format!("secret {name} is set"));
        }
        Command::List => {
            let secrets: Vec<Listed> = client.get("/api/v1/secrets").await?;
            output.print(&secrets, |secrets| {
                table(
                    ["name", "set"],
                    secrets.iter().map(|s| [s.name.to_string(), format::moment(s.updated_at)]),
                )
            })?;
        }
        Command::Remove { name } => {
            let () = client.delete(&format!("/api/v1/secrets/{}", escape(&name))).await?;
            print_text(&format!("secret {name} is removed"));
        }
    }
    Ok(())
}
