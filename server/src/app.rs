//! What every handler may use: handles that are cheap to share, and nothing that is made anew for a request.

use std::path::PathBuf;
use std::sync::Arc;

use alerts::Alerts;
use boot::tickets::Tickets;
use boot::trail::Trail;
use inventory::Clock;
use scores::Jobs;
use secrets::Secrets;
use store::Store;

use crate::agent_file::AgentFile;
use crate::auth::{AdminToken, Sessions};
use crate::links::Links;
use crate::settings::Settings;

/// The running server's parts.
pub struct App {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How it was told to run.
    pub settings: Settings,
    /// Where others reach it.
    pub links: Links,
    /// The operator.
    pub admin_token: AdminToken,
    /// Browsers that are logged in.
    pub sessions: Sessions,
    /// SHA-256 of the certificate, in hex: what agents pin.
    pub pin: String,
    /// The certificate itself.
    pub certificate_pem: String,
    /// The line for `authorized_keys` on machines that Muster boots.
    pub ssh_public_key: boot::SshPublicKey,
    /// Mints and checks tickets.
    pub tickets: Tickets,
    /// What each machine did at boot.
    pub trail: Trail,
    /// Rules, incidents, notifications.
    pub alerts: Alerts,
    /// Scores that run.
    pub jobs: Jobs,
    /// Named secrets.
    pub secrets: Secrets,
    /// The agent that machines are given.
    pub agent: AgentFile,
    /// Where images lie.
    pub images: PathBuf,
    /// How often a stranger may knock.
    pub enrolments: crate::api::agent::enrol::RateLimit,
}
