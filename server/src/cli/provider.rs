//! `muster provider`: the servers that take notifications.

use alerts::{NewProvider, Provider, ProviderKind};
use clap::Subcommand;

use super::client::Client;
use super::output::{Format, or_dash, print_text, table};
use crate::api::v1::providers::Added;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add a server
    Add {
        /// What it is: ntfy
        kind: String,
        /// What to call it
        name: String,
        /// Its address, e.g. https://ntfy.example.org
        #[arg(long)]
        url: String,
        /// The secret that holds its access token (`muster secret set`)
        #[arg(long, value_name = "SECRET")]
        token_secret: Option<String>,
    },
    /// List the servers
    List,
    /// Remove a server that no subscription uses
    Remove {
        /// Its name
        name: String,
    },
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    match command {
        Command::Add { kind, name, url, token_secret } => {
            let kind: ProviderKind = kind.parse().map_err(anyhow::Error::msg)?;
            let token_secret = token_secret.map(|secret| secret.parse()).transpose()?;
            let new = NewProvider { name: name.parse()?, kind, url: url.parse()?, token_secret };
            let added: Added = client.post("/api/v1/providers", &new).await?;
            if let Some(warning) = added.warning {
                eprintln!("note: {warning}");
            }
            print_text(&format!("provider {name} is added"));
        }
        Command::List => {
            let providers: Vec<Provider> = client.get("/api/v1/providers").await?;
            output.print(&providers, |providers| {
                let rows = providers.iter().map(|p| {
                    let trouble = p.trouble.as_ref().map(|trouble| trouble.reason.clone());
                    [
                        p.name.to_string(),
                        p.kind.to_string(),
                        p.url.to_string(),
                        or_dash(p.token_secret.as_ref()),
                        trouble.unwrap_or_else(|| "ok".to_owned()),
                    ]
                });
                table(["name", "kind", "address", "token", "state"], rows)
            })?;
        }
        Command::Remove { name } => {
            let () = client.delete(&format!("/api/v1/providers/{}", escape(&name))).await?;
            print_text(&format!("provider {name} is removed"));
        }
    }
    Ok(())
}
