//! The configuration: what `config.xml` holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{MODELS, Model};
use crate::release::Release;
use crate::site::Site;

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Absent where somebody wrote it into the file by hand: it shows another one at each reading, until the next save.
    pub uuid: Option<Uuid>,
    /// Its fields. One that is not set is not there.
    pub fields: BTreeMap<String, String>,
}

impl Item {
    /// A field; empty where it is not set.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// The parts of a field that is a list.
    pub fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.field(name).split(',').filter(|part| !part.is_empty())
    }

    /// Its uuid, or for once a random one.
    pub(crate) fn shown(&self) -> Uuid {
        self.uuid.unwrap_or_else(Uuid::new_v4)
    }
}

/// The configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// What no model of the gateway's services holds.
    pub site: Site,
    /// Settings by key, such as `dnsmasq.dhcp.domain`.
    pub settings: BTreeMap<String, String>,
    /// Tables by key, such as `dnsmasq.dhcp_boot` or `HAProxy.backends.backend`, in their order.
    pub tables: BTreeMap<String, Vec<Item>>,
}

impl Config {
    /// As a new installation of that release has it.
    #[must_use]
    pub fn new(release: Release, site: Site) -> Self {
        let mut config = Self { site, settings: BTreeMap::new(), tables: BTreeMap::new() };
        for model in MODELS {
            config.fill(model, release);
        }
        let port = if release < Release(26, 1, 0) { "0" } else { "53053" };
        for (key, value) in [
            ("dnsmasq.enable", "1"),
            ("dnsmasq.interface", "lan"),
            ("dnsmasq.port", port),
            ("unboundplus.general.enabled", "1"),
        ] {
            config.settings.insert(key.to_owned(), value.to_owned());
        }
        let (first, last) = config.site.usual_range();
        config.add(
            "dnsmasq.dhcp_ranges",
            release,
            &[("interface", "lan"), ("start_addr", &first), ("end_addr", &last)],
        );
        if release >= Release(26, 1, 0) {
            config.add(
                "dnsmasq.dhcp_ranges",
                release,
                &[
                    ("interface", "lan"),
                    ("start_addr", "::1000"),
                    ("end_addr", "::2000"),
                    ("constructor", "lan"),
                    ("ra_mode", "slaac"),
                ],
            );
        }
        config
    }

    fn fill(&mut self, model: &Model, release: Release) {
        for field in model.settings(release).filter(|field| !field.volatile) {
            self.settings.insert(model.key(field.name), field.default.to_owned());
        }
        for table in model.tables {
            self.tables.insert(model.key(table.path), Vec::new());
        }
    }

    /// Puts an item at the end of a table, with the defaults of fields that are not given. Nothing is checked.
    pub fn add(&mut self, table: &str, release: Release, fields: &[(&str, &str)]) -> Uuid {
        let uuid = Uuid::new_v4();
        let mut item = crate::item::blank(table, release, self.rows(table));
        item.uuid = Some(uuid);
        for (name, value) in fields {
            item.fields.insert((*name).to_owned(), (*value).to_owned());
        }
        self.tables.entry(table.to_owned()).or_default().push(item);
        uuid
    }

    /// A table's rows; none where there is no such table.
    #[must_use]
    pub fn rows(&self, table: &str) -> &[Item] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }

    /// A setting; empty where it is not set.
    #[must_use]
    pub fn setting(&self, key: &str) -> &str {
        self.settings.get(key).map_or("", String::as_str)
    }

    /// A setting that is a switch.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        self.setting(key) == "1"
    }

    pub(crate) fn item(&self, table: &str, uuid: Uuid) -> Option<&Item> {
        self.rows(table).iter().find(|item| item.uuid == Some(uuid))
    }

    /// What a save does to items that were written by hand.
    pub(crate) fn give_uuids(&mut self) {
        for item in self.tables.values_mut().flatten() {
            item.uuid.get_or_insert_with(Uuid::new_v4);
        }
    }
}
