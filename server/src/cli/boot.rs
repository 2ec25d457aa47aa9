//! `muster boot`: what machines are told to boot.

use clap::Subcommand;

use super::client::Client;
use super::output::Format;
use crate::api::v1::preview::Preview;
use crate::links::escape;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show what a machine would boot, and why
    Preview {
        /// Its MAC address
        #[arg(long)]
        mac: String,
        /// Its processor: x86_64, i386 or arm64
        #[arg(long, default_value = "x86_64")]
        arch: String,
        /// Its firmware: pcbios or efi
        #[arg(long, default_value = "efi")]
        platform: String,
    },
    /// List the machines that booted lately, known or not, and where each stands
    Trails,
}

pub(super) async fn run(command: Command, client: &Client, output: Format) -> anyhow::Result<()> {
    let Command::Preview { mac, arch, platform } = command else {
        return super::trail::list(client, output).await;
    };
    let query = format!("mac={}&arch={}&platform={}", escape(&mac), escape(&arch), escape(&platform));
    let preview: Preview = client.get(&format!("/api/v1/boot/preview?{query}")).await?;
    output.print(&preview, |preview| {
        let host = preview.host.as_deref().unwrap_or("an unknown machine");
        format!(
            "{} is {host}: {}, because {}\n\n{}",
            preview.mac, preview.decision, preview.reason, preview.script
        )
    })
}
