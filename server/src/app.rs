//! What every handler may use: handles that are cheap to share, and nothing that is made anew for a request.

use std::sync::{Arc, PoisonError, RwLock};

use alerts::Alerts;
use boot::SshPublicKey;
use boot::assets::{Assets, Binaries, Served, rows};
use boot::image;
use boot::site::{DiscoverySystem, Site};
use boot::tickets::TicketKey;
use boot::trail::Trail;
use hosts::IntakeLimits;
use inventory::Clock;
use pin::Fingerprint;
use scores::Jobs;
use secrets::Secrets;
use store::{Store, StoreError};

use crate::agent_file::AgentFile;
use crate::api::agent::enrol::RateLimit;
use crate::api::boot::LastKnown;
use crate::auth::{AdminToken, Sessions};
use crate::downloads::Downloads;
use crate::links::Links;
use crate::mailbox::Mailbox;
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
    /// The files that machines boot.
    pub assets: Assets,
    /// Which of them machines may fetch.
    pub served: Served,
    /// Where iPXE binaries are looked for.
    pub binaries: Binaries,
    /// Assets that are being fetched.
    pub downloads: Downloads,
    /// What unknown machines boot, as the database has it.
    pub site: RwLock<Site>,
    /// What was last known of each MAC.
    pub last_known: LastKnown,
    /// How often a stranger may knock.
    pub enrolments: RateLimit,
    /// How often a stranger may say what it could not do.
    pub cries: RateLimit,
    /// Which agents have something to come for.
    pub mailbox: Mailbox,
}

impl App {
    /// What unknown machines boot.
    #[must_use]
    pub fn site(&self) -> Site {
        self.site.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what unknown machines boot from now on.
    pub fn set_site(&self, site: Site) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = site;
    }

    /// Looks up anew what machines may fetch: to be called after whatever changes it.
    ///
    /// # Errors
    /// The database's.
    pub async fn refresh_served(&self) -> Result<(), StoreError> {
        let mut connection = self.store.readers().acquire().await.map_err(StoreError::from)?;
        self.served.replace(rows::read_referenced(&mut connection).await?);
        Ok(())
    }

    /// What an operator should look at: on every page, and after a choice.
    ///
    /// # Errors
    /// The database's.
    pub async fn notices(&self) -> Result<Vec<String>, StoreError> {
        let mut notices = Vec::new();
        match self.site().discovery {
            None => notices.push(
                "Unknown machines boot their own disk: no discovery system is chosen. See muster image build and muster image use."
                    .to_owned(),
            ),
            Some(DiscoverySystem::Image(id)) => {
                let known = image::known(self.store.readers()).await?;
                let version = env!("CARGO_PKG_VERSION");
                if let Some(stale) = known.iter().find(|known| known.id == id && known.manifest.is_stale(version)) {
                    notices.push(format!(
                        "The discovery image {id} holds agent {}, and this server is {version}: build it anew with muster image build.",
                        stale.manifest.agent_version
                    ));
                }
            }
            Some(DiscoverySystem::Centos(_)) if self.agent.sha256.is_none() => notices.push(format!(
                "Discovery is by CentOS Stream, but there is no agent to hand out at {}: name it with --agent.",
                self.agent.path.display()
            )),
            Some(DiscoverySystem::Centos(_)) => {}
        }
        Ok(notices)
    }

    /// How many strangers are taken in.
    #[must_use]
    pub fn intake_limits(&self) -> IntakeLimits {
        IntakeLimits { unapproved_hosts: self.settings.agents.max_unapproved }
    }
}
