//! An OPNsense, by its API: everything that speaks to one, and nothing that decides what is wanted of it.
//!
//! ```text
//!  Session (one piece of work, one credential) ──▶ client ──▶ answer (pure: what was meant) ──▶ rows, config, interfaces (pure)
//!    read, write, services, revisions, examine
//! ```
//!
//! What holds:
//! - Over `https` only, to a certificate that is trusted; no redirect is followed, no proxy used: the key goes along.
//! - Answers are bounded, and what is shown of them is cleaned. The configuration is read for facts and never kept.
//! - What was written is read back; one writer at a time.

mod address;
mod answer;
mod client;
mod config;
mod credential;
mod examine;
mod interfaces;
mod privilege;
mod read;
mod release;
mod revisions;
mod rows;
mod services;
mod table;
mod text;
mod trust;
mod write;
mod written;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

pub use address::{InvalidAddress, WebAddress};
pub use client::Waits;
pub use credential::{Credential, CredentialSource, InvalidCredential};
pub use examine::{Examination, MissingPrivilege};
pub use trust::{Trust, shown_certificate};

use crate::capability::{DhcpServer, DnsServer, Gateway, LoadBalancer, Wanted};
use crate::change::Change;
use crate::error::GatewayError;
use crate::object::Service;
use crate::reading::{Reading, Revision, ServiceState, Since};
use crate::site::SiteId;
use crate::wish::{Balancer, Dhcp, Record};
use crate::wording;
use client::Client;

/// One OPNsense.
pub struct OpnSense {
    client: Client,
}

impl OpnSense {
    /// A client of the OPNsense at this address. Nothing is asked yet.
    ///
    /// # Errors
    /// [`GatewayError::Certificate`] where the trust itself is none.
    pub fn connect(
        address: WebAddress,
        trust: &Trust,
        source: Arc<dyn CredentialSource>,
    ) -> Result<Self, GatewayError> {
        Self::connect_with(address, trust, source, Waits::default())
    }

    /// As [`connect`](Self::connect), with other limits of time.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with(
        address: WebAddress,
        trust: &Trust,
        source: Arc<dyn CredentialSource>,
        waits: Waits,
    ) -> Result<Self, GatewayError> {
        Ok(Self { client: Client::new(address, trust, source, waits)? })
    }

    /// Looks whether it can be worked with for these services, and what is there. Changes nothing.
    ///
    /// # Errors
    /// What keeps it from being examined at all: not reached, another certificate, a wrong key, a release that is too old.
    pub async fn examine(&self, services: &[Service]) -> Result<Examination, GatewayError> {
        self.client.session().await?.examine(services).await
    }
}

impl DhcpServer for OpnSense {
    fn word_dhcp(&self, site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted {
        wording::dhcp(site, wish, reading)
    }
}

impl DnsServer for OpnSense {
    fn word_records(&self, site: &SiteId, wish: &[Record], reading: &Reading) -> Wanted {
        wording::records(site, wish, reading)
    }
}

impl LoadBalancer for OpnSense {
    fn word_balancers(&self, site: &SiteId, wish: &[Balancer], reading: &Reading) -> Wanted {
        wording::balancers(site, wish, reading)
    }
}

impl Gateway for OpnSense {
    fn place(&self) -> String {
        self.client.address.to_string()
    }

    fn dhcp(&self) -> Option<&dyn DhcpServer> {
        Some(self)
    }

    fn dns(&self) -> Option<&dyn DnsServer> {
        Some(self)
    }

    fn balancer(&self) -> Option<&dyn LoadBalancer> {
        Some(self)
    }

    fn read<'a>(&'a self, services: &'a [Service]) -> BoxFuture<'a, Result<Reading, GatewayError>> {
        Box::pin(async move { self.client.session().await?.read(services).await })
    }

    fn write<'a>(&'a self, change: &'a Change) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async move {
            let _alone = self.client.writing().await;
            self.client.session().await?.write(change).await
        })
    }

    fn check(&self, service: Service) -> BoxFuture<'_, Result<(), GatewayError>> {
        Box::pin(async move { self.client.session().await?.check(service).await })
    }

    fn activate(&self, service: Service) -> BoxFuture<'_, Result<ServiceState, GatewayError>> {
        Box::pin(async move {
            let _alone = self.client.writing().await;
            let session = self.client.session().await?;
            // What is saved before is in force after it; what is saved in between may be either.
            let newest = session.revisions().await?.into_iter().next();
            let state = session.activate(service).await?;
            if let Some(newest) = newest {
                // dnsmasq does not start without the packet filter being loaded anew.
                if service == Service::Dnsmasq {
                    self.client.written().activate(Service::Firewall, newest.id.clone());
                }
                self.client.written().activate(service, newest.id);
            }
            Ok(state)
        })
    }

    fn revisions_since<'a>(
        &'a self,
        revision: &'a Revision,
    ) -> BoxFuture<'a, Result<Option<Vec<Since>>, GatewayError>> {
        Box::pin(async move { self.client.session().await?.since(revision).await.map(Some) })
    }

    fn backup(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GatewayError>> {
        Box::pin(async move {
            let configuration = self.client.session().await?.configuration().await?;
            Ok(Some(configuration.to_vec()))
        })
    }

    fn revert<'a>(&'a self, revision: &'a Revision) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async move {
            let absent = || GatewayError::Absent {
                what: format!("the kept configuration {}", text::shown(&revision.id)),
                reason: "OPNsense keeps it no more (System › Configuration › History)".into(),
            };
            // It goes into a URL.
            let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            if !revision.id.chars().all(good) || !revision.id.starts_with("config-") {
                return Err(absent());
            }
            let _alone = self.client.writing().await;
            let path = format!("core/backup/revertBackup/{}", revision.id);
            let answer = self.client.session().await?.post(&path, &json!({})).await?;
            match answer.get("status").and_then(Value::as_str) {
                Some("reverted") => Ok(()),
                _ => Err(absent()),
            }
        })
    }
}
