//! What may be said of a gateway that is added.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use gateway::GatewayName;

use super::super::BootArgs;
use super::super::trust::TrustArgs;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Kind {
    /// An OPNsense (25.7 or later), by its API
    Opnsense(OpnSenseArgs),
    /// A dnsmasq on the server's own machine, by a file of its configuration
    Dnsmasq(DnsmasqArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct OpnSenseArgs {
    /// Where it is, e.g. https://192.168.1.1
    pub(super) url: String,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    /// Key and secret of its API, as its page downloads them; - reads standard input. Without it they are asked for, or
    /// taken from MUSTER_GATEWAY_KEY and MUSTER_GATEWAY_SECRET
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DnsmasqArgs {
    /// The file that Muster shall write, e.g. /etc/dnsmasq.d/muster.conf: all of it is Muster's
    pub(super) conf: PathBuf,
    /// How dnsmasq is made to read it
    #[arg(long, value_enum, default_value_t = ReloadBy::Systemd)]
    pub(super) reload: ReloadBy,
    #[command(flatten)]
    pub(super) common: Common,
}

/// How dnsmasq is made to read its files anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum ReloadBy {
    /// systemctl restart dnsmasq
    Systemd,
    /// The command of the server's settings, [gateways.dnsmasq] restart
    Command,
    /// The operator restarts it
    ByHand,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Common {
    /// What it is called [default: opnsense, or dnsmasq]
    #[arg(long)]
    pub(super) name: Option<GatewayName>,
    /// What is wanted of it (TOML), instead of being asked; see docs/gateway.md
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The interface that the machines are behind, by its key: lan, opt1
    #[arg(long, value_name = "KEY", conflicts_with = "file")]
    pub(super) interface: Option<String>,
    #[command(flatten)]
    pub(super) boot: BootArgs,
    /// Don't ask: take what is proposed, and apply the plan
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Leave out the proof by the boot doctor
    #[arg(long)]
    pub(super) no_proof: bool,
}
