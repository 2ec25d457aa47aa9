//! The examination of an OPNsense before it is added: is it reached, is the key taken, is the release one that will do, may the
//! key's user do what is needed, what is there. It changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::Session;
use super::privilege::{Privilege, READ_ONLY};
use crate::error::GatewayError;
use crate::object::Service;
use crate::reading::{Facts, ServiceState};

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// Its release, such as `25.7.11`.
    pub release: String,
    /// The key's user, where it can be seen.
    pub user: Option<String>,
    /// What the key's user may, of what is needed: each as OPNsense's own page names it.
    pub granted: Vec<String>,
    /// What the key's user lacks, each as OPNsense's own page names it (System › Access › Users › its privileges).
    pub missing: Vec<MissingPrivilege>,
    /// The privilege that must be taken from the key's user, for with it nothing can be written: its name.
    pub read_only: Option<String>,
    /// Plugins that are not installed and needed: `os-haproxy`.
    pub missing_plugins: Vec<String>,
    /// How its services stand.
    pub services: BTreeMap<Service, ServiceState>,
    /// Its interfaces, who answers names, other DHCP servers, and where its own page listens.
    pub facts: Facts,
}

/// A privilege that the key's user lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPrivilege {
    /// As OPNsense's own page names it.
    pub name: String,
    /// What it is needed for.
    pub needed_for: String,
    /// Whether nothing goes without it.
    pub required: bool,
}

impl Examination {
    /// Whether it can be worked with as it is.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.read_only.is_none()
            && self.missing_plugins.is_empty()
            && !self.missing.iter().any(|missing| missing.required)
    }
}

/// What is looked at for each privilege. None of it changes anything.
fn probe(privilege: Privilege) -> &'static str {
    match privilege {
        Privilege::ConfigurationHistory => "core/backup/backups/this",
        Privilege::Dnsmasq => "dnsmasq/service/status",
        Privilege::Unbound => "unbound/service/status",
        Privilege::Filter => "firewall/filter/searchRule",
        Privilege::Haproxy => "haproxy/service/status",
        Privilege::Interfaces => "interfaces/overview/interfacesInfo",
        Privilege::Dashboard => "diagnostics/system/system_information",
        Privilege::Firmware => "core/firmware/status",
    }
}

/// What these services need, and whether nothing goes without it. Names come with most sites sooner or later: whether the key
/// would do for them is said in any case. The packet filter's rules an operator may keep to himself, unless it must be seen
/// who reaches the load balancer.
fn needed(services: &[Service]) -> Vec<(Privilege, bool)> {
    let wanted = |service| services.contains(&service);
    let mut needed = vec![
        (Privilege::ConfigurationHistory, true),
        (Privilege::Interfaces, false),
        (Privilege::Filter, wanted(Service::Haproxy)),
        (Privilege::Unbound, wanted(Service::Unbound)),
    ];
    let further = [(Service::Dnsmasq, Privilege::Dnsmasq), (Service::Haproxy, Privilege::Haproxy)];
    needed.extend(further.into_iter().filter(|(service, _)| wanted(*service)).map(|(_, it)| (it, true)));
    needed
}

impl Session<'_> {
    /// Examines it for these services. An error is what keeps it from being examined at all: it is not reached, its certificate
    /// or the key is not the right one, it is too old.
    pub(super) async fn examine(&self, services: &[Service]) -> Result<Examination, GatewayError> {
        let mut missing = Vec::new();
        let mut lacks = |privilege: Privilege, name: String, required| {
            missing.push(MissingPrivilege { name, needed_for: privilege.needed_for().to_owned(), required });
        };
        let release = match self.release().await {
            Ok(release) => Some(release),
            Err(GatewayError::Forbidden { privilege, .. }) => {
                lacks(Privilege::Dashboard, privilege, true);
                None
            }
            Err(error) => return Err(error),
        };
        let (mut states, mut missing_plugins, mut history) = (BTreeMap::new(), Vec::new(), true);
        let named = |privilege: Privilege| privilege.name(release.as_ref()).to_owned();
        let mut granted: Vec<String> = release.iter().map(|_| named(Privilege::Dashboard)).collect();
        for (privilege, required) in needed(services) {
            let asked = match privilege {
                Privilege::Filter => self.search(probe(privilege)).await,
                privilege => self.get(probe(privilege)).await,
            };
            match asked {
                Ok(_) => granted.push(named(privilege)),
                Err(GatewayError::Forbidden { privilege: name, .. }) => {
                    history &= privilege != Privilege::ConfigurationHistory;
                    lacks(privilege, name, required);
                }
                Err(GatewayError::Absent { .. }) if privilege == Privilege::Haproxy => {
                    missing_plugins.push("os-haproxy".to_owned());
                }
                Err(error) => return Err(error),
            }
        }
        for service in services {
            match self.state(*service).await {
                Ok(state) => states.insert(*service, state),
                Err(GatewayError::Forbidden { .. }) => states.insert(*service, ServiceState::Unknown),
                Err(error) => return Err(error),
            };
        }
        let mut examination = Examination {
            release: release.as_ref().map(ToString::to_string).unwrap_or_default(),
            user: None,
            granted,
            missing,
            read_only: None,
            missing_plugins,
            services: states,
            facts: Facts::default(),
        };
        let Some(release) = release else { return Ok(examination) };
        let configuration = match history {
            true => self.facts_of_configuration(&release).await?,
            false => None,
        };
        examination.facts = self.facts(&release, configuration.as_ref()).await?;
        let user = configuration.and_then(|configuration| configuration.user);
        let read_only = match &user {
            Some(user) => user.read_only,
            None if history => self.may_not_write().await?,
            None => false,
        };
        examination.read_only = read_only.then(|| READ_ONLY.to_owned());
        examination.user = user.map(|user| user.name);
        Ok(examination)
    }

    /// Whether the key may read only, where the configuration does not tell whose it is. Asks for the removal of a backup of a
    /// name that none has: a user who may not write is refused before it is looked for.
    async fn may_not_write(&self) -> Result<bool, GatewayError> {
        let answer = self.post("core/backup/deleteBackup/none-of-this-name", &json!({})).await;
        match answer {
            Ok(answer) => Ok(answer.get("status").and_then(Value::as_str) != Some("not_found")),
            Err(GatewayError::Refused { .. } | GatewayError::Answer { .. }) => Ok(true),
            // A release that has no such action says nothing.
            Err(GatewayError::Absent { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
