//! Reading all that decides: tables, settings, services, facts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::client::Session;
use super::config::{self, Configuration};
use super::interfaces;
use super::release::Release;
use super::revisions::perhaps_unapplied;
use super::rows;
use super::table::{self, Table};
use crate::error::GatewayError;
use crate::object::{Found, Kind, Service};
use crate::reading::{Facts, Interface, Reading, Revision, ServiceState};

impl Session<'_> {
    /// Reads these services, and all facts.
    pub(super) async fn read(&self, services: &[Service]) -> Result<Reading, GatewayError> {
        // First of all, so that what others change meanwhile counts as changed since.
        let release = self.release().await?;
        let written = self.client.written().position();
        let revisions = self.revisions().await?;
        let configuration = self.facts_of_configuration(&release).await?;
        let mut reading = Reading {
            revision: revisions.first().cloned(),
            facts: self.facts(&release, configuration.as_ref()).await?,
            ..Reading::default()
        };
        for kind in Kind::ALL.into_iter().filter(|kind| services.contains(&kind.service())) {
            match self.of_kind(kind).await {
                Ok(found) => reading.found.extend(found),
                Err(error) => {
                    reading.facts.unread.insert(kind, unreadable(error)?);
                }
            }
        }
        let filter_disabled = configuration.is_some_and(|configuration| configuration.filter_disabled);
        for service in services {
            let state = match (service, self.state(*service).await) {
                (Service::Firewall, _) if filter_disabled => ServiceState::Disabled,
                (_, Ok(state)) => state,
                (_, Err(GatewayError::Forbidden { .. })) => ServiceState::Unknown,
                (_, Err(error)) => return Err(error),
            };
            reading.services.insert(*service, state);
        }
        reading.facts.unapplied = self.unapplied(services, &reading.services, &revisions).await?;
        if let Some(newest) = &reading.revision {
            self.client.written().mark(&newest.id, written);
        }
        Ok(reading)
    }

    /// Which release it is, where it is supported. Asked once: a firewall that is upgraded restarts, and so does what it says.
    pub(super) async fn release(&self) -> Result<Release, GatewayError> {
        let text = match self.get("diagnostics/system/system_information").await {
            Ok(answer) => answer.pointer("/versions/0").and_then(Value::as_str).map(ToOwned::to_owned),
            Err(first @ (GatewayError::Forbidden { .. } | GatewayError::Absent { .. })) => {
                // By POST it would ask the mirror for news.
                match self.get("core/firmware/status").await {
                    Ok(answer) => answer
                        .pointer("/product/product_version")
                        .and_then(Value::as_str)
                        .map(ToOwned::to_owned),
                    // The first names the privilege that harms nothing.
                    Err(GatewayError::Forbidden { .. } | GatewayError::Absent { .. }) => return Err(first),
                    Err(other) => return Err(other),
                }
            }
            Err(error) => return Err(error),
        };
        let text = text.unwrap_or_default();
        let release = Release::parse(&text).ok_or_else(|| GatewayError::Answer {
            url: self.client.address.to_string(),
            what: "which release it is".into(),
            answer: format!("\"{}\", which is no release of OPNsense", super::text::shown(&text)),
        })?;
        release.supported()?;
        self.client.set_release(release.clone());
        Ok(release)
    }

    /// What the whole configuration tells; nothing where it can't be understood.
    pub(super) async fn facts_of_configuration(
        &self,
        release: &Release,
    ) -> Result<Option<Configuration>, GatewayError> {
        let xml = self.configuration().await?;
        match config::read(&xml, self.credential.key(), !release.since(26, 1)) {
            Ok(configuration) => Ok(Some(configuration)),
            Err(reason) => {
                tracing::warn!(gateway = %self.client.address, reason, "can't understand the configuration");
                Ok(None)
            }
        }
    }

    pub(super) async fn facts(
        &self,
        release: &Release,
        configuration: Option<&Configuration>,
    ) -> Result<Facts, GatewayError> {
        let interfaces = self.interfaces(configuration).await?;
        Ok(Facts {
            version: release.to_string(),
            addresses: configuration
                .map(|configuration| interfaces::addresses(configuration, &interfaces))
                .unwrap_or_default(),
            web_page: interfaces::web_page(configuration, &interfaces, self.client.address.port()),
            dns_by: configuration.and_then(|configuration| configuration.dns_by),
            other_dhcp: configuration
                .map(|configuration| configuration.other_dhcp.clone())
                .unwrap_or_default(),
            aliases: configuration.map(|configuration| configuration.aliases.clone()).unwrap_or_default(),
            interfaces,
            ..Facts::default()
        })
    }

    /// As they are now; where the key may not see that, as they are set up.
    async fn interfaces(
        &self,
        configuration: Option<&Configuration>,
    ) -> Result<Vec<Interface>, GatewayError> {
        let assigned =
            configuration.map(|configuration| configuration.interfaces.as_slice()).unwrap_or_default();
        let mut known = match self.get("interfaces/overview/interfacesInfo").await {
            Ok(answer) => interfaces::overview(&answer),
            Err(GatewayError::Forbidden { .. } | GatewayError::Absent { .. }) => {
                match self.get("dnsmasq/settings/getTagList").await {
                    Ok(answer) => interfaces::complete(interfaces::tag_list(&answer), assigned),
                    Err(GatewayError::Forbidden { .. } | GatewayError::Absent { .. }) => {
                        interfaces::complete(Vec::new(), assigned)
                    }
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        interfaces::outside(&mut known, assigned);
        Ok(known)
    }

    async fn of_kind(&self, kind: Kind) -> Result<Vec<Found>, GatewayError> {
        let table = Table::of(kind);
        if kind.is_settings() {
            let answer = self.get(&table.action("get", None)).await?;
            let fields = rows::item(&answer, table.root).ok_or_else(|| self.unreadable(kind))?;
            let fields = fields
                .into_iter()
                .filter(|(name, _)| table::is_setting(kind, name))
                .map(|(name, field)| (name, field.text))
                .collect();
            return Ok(vec![Found { kind, id: None, fields }]);
        }
        let answer = self.search(&table.search()).await?;
        let first = rows::rows(&answer).ok_or_else(|| self.unreadable(kind))?;
        // Ids of ours last. Of others' a second look tells it.
        if rows::ids(first).iter().all(|id| id.get_version_num() == 5) {
            return Ok(rows::found(kind, first, None));
        }
        let again = self.search(&table.search()).await?;
        let again = rows::ids(rows::rows(&again).ok_or_else(|| self.unreadable(kind))?);
        Ok(rows::found(kind, first, Some(&again)))
    }

    fn unreadable(&self, kind: Kind) -> GatewayError {
        let table = Table::of(kind);
        let action = if kind.is_settings() { table.action("get", None) } else { table.search() };
        GatewayError::Answer {
            url: self.client.address.to_string(),
            what: action,
            answer: "what is no list of objects, or not the whole of it".into(),
        }
    }

    /// What was saved and is perhaps not in force.
    async fn unapplied(
        &self,
        services: &[Service],
        states: &BTreeMap<Service, ServiceState>,
        revisions: &[Revision],
    ) -> Result<BTreeMap<Service, Vec<String>>, GatewayError> {
        let mut unapplied = BTreeMap::new();
        let perhaps = |service| {
            let activated = self.client.written().activated(service);
            perhaps_unapplied(revisions, service, activated.as_deref())
        };
        for service in services {
            let sentences: Vec<String> = match service {
                Service::Haproxy if states.get(service) == Some(&ServiceState::Running) => {
                    self.undeployed_haproxy().await?.into_iter().collect()
                }
                Service::Haproxy => Vec::new(),
                // When it is activated, the packet filter is loaded anew as well.
                Service::Dnsmasq => {
                    [perhaps(*service), perhaps(Service::Firewall)].into_iter().flatten().collect()
                }
                Service::Firewall | Service::Unbound => perhaps(*service).into_iter().collect(),
            };
            if !sentences.is_empty() {
                unapplied.insert(*service, sentences);
            }
        }
        Ok(unapplied)
    }

    async fn undeployed_haproxy(&self) -> Result<Option<String>, GatewayError> {
        // Renders what is saved; what is in force stays.
        self.get("haproxy/service/configtest").await?;
        Ok(match self.undeployed().await? {
            0 => None,
            lines => Some(format!(
                "haproxy's saved configuration differs from the one in force in {lines} lines (Services › HAProxy › \
                 Config Diff)"
            )),
        })
    }
}

/// Why a kind could not be read, where that is no error.
fn unreadable(error: GatewayError) -> Result<String, GatewayError> {
    match error {
        GatewayError::Forbidden { .. } | GatewayError::Absent { .. } => Ok(error.to_string()),
        error => Err(error),
    }
}
