//! What every handler may use: handles that are cheap to share, and nothing that is made anew for a request.

use std::sync::{Arc, PoisonError, RwLock};

use alerts::Alerts;
use boot::SshPublicKey;
use boot::image::Library;
use boot::site::Site;
use boot::tickets::TicketKey;
use boot::trail::Trail;
use hosts::IntakeLimits;
use inventory::Clock;
use pin::Fingerprint;
use scores::Jobs;
use secrets::Secrets;
use store::Store;

use crate::agent_file::AgentFile;
use crate::api::agent::enrol::RateLimit;
use crate::api::boot::LastKnown;
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
    /// The certificate's SHA-256: what agents know this server by.
    pub pin: Fingerprint,
    /// The certificate itself.
    pub certificate_pem: String,
    /// The line for `authorized_keys` on machines that Muster boots.
    pub ssh_public_key: SshPublicKey,
    /// Mints and checks tickets.
    pub ticket_key: TicketKey,
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
    /// The boot images.
    pub images: Library,
    /// What unknown machines boot, as the database has it.
    pub site: RwLock<Site>,
    /// What was last known of each MAC.
    pub last_known: LastKnown,
    /// How often a stranger may knock.
    pub enrolments: RateLimit,
}

impl App {
    /// What unknown machines boot.
    #[must_use]
    pub fn site(&self) -> Site {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many strangers are taken in.
    #[must_use]
    pub fn intake_limits(&self) -> IntakeLimits {
        IntakeLimits { unapproved_hosts: self.settings.agents.max_unapproved }
    }
}
