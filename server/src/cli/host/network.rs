//! `muster host set-network`: how a node speaks.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;

use super::path;
use crate::api::v1::networks::Networked;
use crate::cli::client::Client;
use crate::cli::output::{Format, print_text};
use crate::format::line;

/// Characters of one line.
const LINE: usize = 2000;

#[derive(Debug, Args)]
pub(in crate::cli) struct SetNetworkArgs {
    /// Name or id
    #[arg(required_unless_present = "example")]
    host: Option<String>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct How {
    /// The description (TOML); see docs/okd.md
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Forget it: DHCP on the card that the host boots from
    #[arg(long)]
    clear: bool,
    /// Print a file with all that can be written into one, and change nothing
    #[arg(long)]
    example: bool,
}

pub(super) async fn set(args: SetNetworkArgs, client: &Client, output: Format) -> anyhow::Result<()> {
    let Some(host) = args.host.filter(|_| !args.how.example) else {
        print_text(okd::network::EXAMPLE);
        return Ok(());
    };
    let networked: Networked = match args.how.file {
        Some(file) => {
            let text = std::fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
            client.put(&path(&host, "/network"), text.into()).await?
        }
        None => client.delete(&path(&host, "/network")).await?,
    };
    output.print(&networked, shown)
}

fn shown(networked: &Networked) -> String {
    let Networked { host, fqdn, arguments, keyfiles, gateway, .. } = networked;
    let mut lines = match arguments {
        None => vec![format!("{host} ({fqdn}) speaks by DHCP on the card that it boots from")],
        Some(told) => {
            let mut lines = vec![
                format!("{host} ({fqdn}) speaks as its file says, from the next time on that it is armed"),
                String::new(),
                format!("while it is installed, where it boots from {}:", told.boots_from),
            ];
            lines.extend(told.arguments.iter().map(|argument| format!("  {argument}")));
            lines.push(String::new());
            lines.push("in the installed system, below /etc/NetworkManager/system-connections:".to_owned());
            lines.extend(keyfiles.iter().map(|file| format!("  {}", file.name)));
            lines
        }
    };
    lines.extend(gateway.iter().map(|words| line(&format!("note: {words}"), LINE)));
    lines.join("\n")
}
