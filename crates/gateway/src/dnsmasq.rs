//! A dnsmasq on the server's own machine, for sites without an OPNsense: one file of its configuration, which is Muster's whole.
//!
//! ```text
//!  write ─▶ .muster.conf.saved ──check: dnsmasq --test──▶ activate: renamed to muster.conf, dnsmasq restarted, seen running
//!            (dnsmasq reads no file that begins with a dot)
//! ```
//!
//! The file holds objects in the same words as an OPNsense's. Each stands in a comment with its kind, id and fields, and below it
//! in dnsmasq's own lines. One whose lines were edited is not there any more, and lines that belong to none are *strays*: the
//! next apply puts both right.
//!
//! What holds:
//! - A file that does not begin as Muster's do is not touched, nor is a link, nor anything but a file.
//! - dnsmasq's file is exchanged whole, and only for one that dnsmasq itself has read without complaint.
//! - What is run is fixed by the server's settings ([`DnsmasqHost`]), and never comes from a request.

mod file;
mod host;
mod interfaces;
mod memory;
mod text;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use crate::capability::{DhcpServer, DnsServer, Gateway, LoadBalancer, Wanted};
use crate::change::Change;
use crate::error::GatewayError;
use crate::object::{Fields, Found, Kind, Object, Service};
use crate::opnsense::Examination;
use crate::plan::Notice;
use crate::reading::{Facts, Reading, Revision, ServiceState, Since};
use crate::registration::Reload;
use crate::site::SiteId;
use crate::wish::{Dhcp, Record};
use crate::{simulate, wording};

use file::{ConfigFile, State};
pub use host::DnsmasqHost;
use memory::Memory;
use text::Document;

/// The field of the settings that holds lines that belong to no object.
const STRAYS: &str = "strays";

/// A dnsmasq, by a file of its configuration.
#[derive(Debug)]
pub struct Dnsmasq {
    file: ConfigFile,
    reload: Reload,
    host: DnsmasqHost,
    memory: Mutex<Memory>,
    writing: tokio::sync::Mutex<()>,
}

impl Dnsmasq {
    /// A dnsmasq that reads this file. Nothing is looked at yet.
    ///
    /// # Errors
    /// [`GatewayError::File`] where the path is none for a file of dnsmasq's; [`GatewayError::Incapable`] where the server's
    /// settings have no command to restart it.
    pub fn new(file: PathBuf, reload: Reload, host: DnsmasqHost) -> Result<Self, GatewayError> {
        if reload == Reload::Command && host.restart.is_empty() {
            return Err(GatewayError::Incapable(
                "command to restart dnsmasq: set one in the server's settings",
            ));
        }
        let file = ConfigFile::new(file)?;
        Ok(Self { file, reload, host, memory: Mutex::default(), writing: tokio::sync::Mutex::default() })
    }

    /// What is there, for whoever is about to add it.
    ///
    /// # Errors
    /// The file is not Muster's, or can't be written; there is no dnsmasq.
    pub async fn examine(&self) -> Result<Examination, GatewayError> {
        let reading = self.reading().await?;
        self.file.writable()?;
        Ok(Examination {
            release: reading.facts.version.clone(),
            user: None,
            granted: Vec::new(),
            missing: Vec::new(),
            read_only: None,
            missing_plugins: Vec::new(),
            services: reading.services,
            facts: reading.facts,
        })
    }

    async fn reading(&self) -> Result<Reading, GatewayError> {
        let version = self.host.version().await?;
        let state = self.file.state()?;
        let mut document = Document::parse(state.effective());
        let settings = [("enable", "1"), (STRAYS, document.strays.as_str())];
        let settings: Fields =
            settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        document.objects.insert(0, Found { kind: Kind::DnsmasqSettings, id: None, fields: settings });
        self.memory().read(&state);
        let facts = Facts {
            version,
            file: Some(self.file.path().to_owned()),
            interfaces: interfaces::interfaces(),
            dns_by: Some(Service::Dnsmasq),
            unread: unread(),
            ..Facts::default()
        };
        let running = self.host.state(self.reload).await;
        Ok(Reading {
            found: document.objects,
            services: [(Service::Dnsmasq, running)].into(),
            facts,
            revision: Some(self.revision(&state)),
        })
    }

    fn revision(&self, state: &State) -> Revision {
        let what = format!("{} was written", self.file.path().display());
        Revision { id: state.id(), by: "somebody on this machine".to_owned(), what, at_secs: state.at_secs() }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file as it is, unless somebody else wrote it since it was read.
    fn unchanged(&self) -> Result<State, GatewayError> {
        let state = self.file.state()?;
        if self.memory().is_known(&state.id()) {
            Ok(state)
        } else {
            Err(GatewayError::ChangedMeanwhile(self.revision(&state)))
        }
    }

    async fn make(&self, change: &Change) -> Result<(), GatewayError> {
        let _alone = self.writing.lock().await;
        let state = self.unchanged()?;
        let mut document = Document::parse(state.effective());
        if change.kind == Kind::DnsmasqSettings {
            if let Some(strays) = change.after.as_ref().and_then(|after| after.get(STRAYS)) {
                document.strays.clone_from(strays);
            }
        } else {
            simulate::make(&mut document.objects, change);
        }
        let refused =
            |reason| GatewayError::Refused { object: format!("{} {}", change.kind, change.name), reason };
        let saved = document.render().map_err(refused)?;
        self.memory().made(self.file.save(&state, saved.as_bytes())?);
        Ok(())
    }

    async fn exchange(&self) -> Result<ServiceState, GatewayError> {
        let _alone = self.writing.lock().await;
        let state = self.unchanged()?;
        if let Some(saved) = state.saved() {
            self.host.test(self.file.saved_path(), saved).await?;
            self.memory().made(self.file.exchange()?);
        }
        self.host.restart(self.reload).await
    }
}

/// What a dnsmasq has nothing of, or Muster keeps away from.
fn unread() -> std::collections::BTreeMap<Kind, String> {
    let of_others = |kind: &Kind| kind.service() != Service::Dnsmasq;
    let why = |kind: Kind| match kind.service() {
        Service::Firewall => "on a plain dnsmasq the packet filter is the operator's own",
        _ => "a plain dnsmasq has none",
    };
    Kind::ALL.into_iter().filter(of_others).map(|kind| (kind, why(kind).to_owned())).collect()
}

/// Besides what is worded for an OPNsense, the file is Muster's whole: there are no other lines in it, and those that somebody
/// wrote there all the same go.
fn whole(reload: Reload, reading: &Reading, mut wanted: Wanted) -> Wanted {
    let strays = reading.of(Kind::DnsmasqSettings).flat_map(|found| found.field(STRAYS).lines());
    let strays: Vec<&str> = strays.collect();
    if let [first, ..] = strays.as_slice() {
        let text = format!(
            "what is not as Muster wrote it in the file goes, {} in all, the first {}: what somebody else needs belongs into a \
             file of its own beside it",
            if strays.len() == 1 { "a line".to_owned() } else { format!("{} lines", strays.len()) },
            wording::quoted(first)
        );
        wanted.notices.push(Notice { text });
    }
    if reload == Reload::ByHand {
        let text =
            "the file is written and dnsmasq goes on with the old one: restart dnsmasq yourself after that"
                .to_owned();
        wanted.notices.push(Notice { text });
    }
    wanted.objects.push(Object {
        kind: Kind::DnsmasqSettings,
        id: None,
        name: Kind::DnsmasqSettings.as_str().to_owned(),
        fields: [(STRAYS.to_owned(), String::new())].into(),
    });
    wanted
}

impl DhcpServer for Dnsmasq {
    fn word_dhcp(&self, site: &SiteId, wish: &Dhcp, reading: &Reading) -> Wanted {
        whole(self.reload, reading, wording::dhcp(site, wish, reading))
    }
}

impl DnsServer for Dnsmasq {
    fn word_records(&self, site: &SiteId, wish: &[Record], reading: &Reading) -> Wanted {
        whole(self.reload, reading, wording::records(site, wish, reading))
    }
}

impl Gateway for Dnsmasq {
    fn place(&self) -> String {
        self.file.path().display().to_string()
    }

    fn dhcp(&self) -> Option<&dyn DhcpServer> {
        Some(self)
    }

    fn dns(&self) -> Option<&dyn DnsServer> {
        Some(self)
    }

    fn balancer(&self) -> Option<&dyn LoadBalancer> {
        None
    }

    fn read<'a>(&'a self, _services: &'a [Service]) -> BoxFuture<'a, Result<Reading, GatewayError>> {
        Box::pin(self.reading())
    }

    fn write<'a>(&'a self, change: &'a Change) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(self.make(change))
    }

    fn check(&self, service: Service) -> BoxFuture<'_, Result<(), GatewayError>> {
        Box::pin(async move {
            match self.file.state()?.saved() {
                Some(saved) if service == Service::Dnsmasq => {
                    self.host.test(self.file.saved_path(), saved).await
                }
                _ => Ok(()),
            }
        })
    }

    fn activate(&self, service: Service) -> BoxFuture<'_, Result<ServiceState, GatewayError>> {
        Box::pin(async move {
            if service == Service::Dnsmasq { self.exchange().await } else { Ok(ServiceState::Absent) }
        })
    }

    fn revisions_since<'a>(
        &'a self,
        revision: &'a Revision,
    ) -> BoxFuture<'a, Result<Option<Vec<Since>>, GatewayError>> {
        Box::pin(async move {
            let state = self.file.state()?;
            if state.id() == revision.id {
                return Ok(Some(Vec::new()));
            }
            let ours = self.memory().is_made(&state.id());
            Ok(Some(vec![Since { revision: self.revision(&state), ours }]))
        })
    }

    fn backup(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GatewayError>> {
        Box::pin(async move { Ok(Some(self.file.state()?.effective().to_vec())) })
    }

    fn revert<'a>(&'a self, revision: &'a Revision) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async move {
            let _alone = self.writing.lock().await;
            let content = self.memory().content(&revision.id);
            let content = content.ok_or_else(|| GatewayError::Absent {
                what: format!("the earlier content of {}", self.file.path().display()),
                reason: "it is not kept any more: see the backups in the server's data folder".to_owned(),
            })?;
            let state = self.file.state()?;
            self.memory().made(self.file.save(&state, &content)?);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
