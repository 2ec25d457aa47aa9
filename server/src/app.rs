//! What every handler may use: handles that are cheap to share, and nothing that is made anew for a request.

use std::sync::{Arc, PoisonError, RwLock};

use alerts::Alerts;
use boot::assets::{Assets, Binaries, Served};
use boot::image;
use boot::site::{DiscoverySystem, Site};
use boot::tickets::TicketKey;
use boot::trail::Trail;
use boot::{Control, SshPublicKey};
use gateway::Gateways;
use hosts::IntakeLimits;
use inventory::Clock;
use okd::cluster::Clusters;
use okd::{Assignments, Fronts, Installs, Progress};
use pin::Fingerprint;
use power::Power;
use scores::Jobs;
use secrets::Secrets;
use store::{Store, StoreError};

use crate::agent_file::Agents;
use crate::api::agent::enrol::RateLimit;
use crate::api::boot::{LastKnown, Pace};
use crate::api::live::Live;
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
    /// What operators and the loop guard say of each machine's boot.
    pub control: Control,
    /// What each machine did at boot.
    pub trail: Trail,
    /// Who looks on while machines boot.
    pub live: Live,
    /// Rules, incidents, notifications.
    pub alerts: Alerts,
    /// The site's gateways.
    pub gateways: Gateways,
    /// Clusters, and their sealed configs.
    pub clusters: Clusters,
    /// What the hosts are to be in them.
    pub assignments: Assignments,
    /// What clusters want of the gateways.
    pub fronts: Fronts,
    /// What is armed.
    pub installs: Installs,
    /// The installations that go on.
    pub progress: Progress,
    /// How often a machine that is being installed may speak.
    pub progress_pace: Pace,
    /// Scores that run.
    pub jobs: Jobs,
    /// Named secrets.
    pub secrets: Secrets,
    /// The agents that machines are given.
    pub agents: Agents,
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
    pub mailbox: Arc<Mailbox>,
    /// The power switches of the hosts.
    pub power: Power,
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
        self.served.refresh(&self.store).await
    }

    /// What an operator should look at: on every page, and after a choice.
    ///
    /// # Errors
    /// The database's.
    pub async fn notices(&self) -> Result<Vec<String>, StoreError> {
        let mut notices = Vec::new();
        let site = self.site();
        if site.discovery.is_empty() {
            notices.push(
                "Unknown machines boot their own disk: no discovery system is chosen. See muster image build and muster image use."
                    .to_owned(),
            );
        }
        let version = env!("CARGO_PKG_VERSION");
        let chosen: Vec<_> = image::known(self.store.readers()).await?;
        for stale in chosen.iter().filter(|known| known.chosen && known.manifest.is_stale(version)) {
            notices.push(format!(
                "The discovery image {} holds agent {}, and this server is {version}: build it anew with muster image build.",
                stale.id, stale.manifest.agent_version
            ));
        }
        notices.extend(self.missing_agents(&site).await);
        notices.extend(site.discovery.iter().filter_map(untrusted_mirror));
        let held = self.control.holds();
        if let Some(first) = held.first() {
            let more = match held.len() {
                1 => "1 machine is".to_owned(),
                count => format!("{count} machines are"),
            };
            notices.push(format!(
                "{more} held at the local disk, for booting again and again: {}{}. See muster boot holds and muster boot release.",
                first.mac,
                if held.len() > 1 { ", …" } else { "" }
            ));
        }
        let cut_off = hosts::count_boot_order(self.store.readers(), "wrong").await?;
        if cut_off > 0 {
            notices.push(format!(
                "The firmware of {cut_off} {} not go from the network to the disk: see muster host list --boot-order wrong.",
                if cut_off == 1 { "host does" } else { "hosts do" }
            ));
        }
        match self.gateways.list().await {
            Ok(gateways) => notices.extend(gateways.iter().filter_map(crate::gateways::words::notice)),
            Err(error) => tracing::error!(%error, "reading how the gateways stand"),
        }
        Ok(notices)
    }

    /// The discovery systems whose machines would find no agent here.
    async fn missing_agents(&self, site: &Site) -> Vec<String> {
        let fetches_agent = |system: &&DiscoverySystem| !matches!(system, DiscoverySystem::Image(_));
        let systems: Vec<&DiscoverySystem> = site.discovery.iter().filter(fetches_agent).collect();
        if systems.is_empty() {
            return Vec::new();
        }
        let agents = self.agents.clone();
        let present = tokio::task::spawn_blocking(move || agents.present()).await.unwrap_or_default();
        let has_none = |system: &&&DiscoverySystem| !present.iter().any(|it| it.agent.arch == system.arch());
        let notice = |system: &&DiscoverySystem| {
            let (arch, places) = (system.arch().as_str(), self.agents.places());
            format!(
                "Discovery is by {system}, but there is no agent for {arch} at {places}: name it with --agent."
            )
        };
        systems.iter().filter(has_none).map(notice).collect()
    }

    /// How many strangers are taken in.
    #[must_use]
    pub fn intake_limits(&self) -> IntakeLimits {
        IntakeLimits { unapproved_hosts: self.settings.agents.max_unapproved }
    }
}

/// iPXE fetches kernel and initrd, and knows the authority of no mirror.
fn untrusted_mirror(system: &DiscoverySystem) -> Option<String> {
    let DiscoverySystem::Centos(centos) = system else { return None };
    centos.repo.as_str().starts_with("https://").then(|| {
        format!(
            "{} is https: iPXE trusts only the authorities that it was built with, and the installer only public ones. \
             Where a machine says \"Permission denied\" or \"Operation not permitted\", use an http:// mirror.",
            centos.repo
        )
    })
}
