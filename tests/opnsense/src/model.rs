//! What OPNsense's models hold, as data: their settings, their tables, and what a field takes.

mod dnsmasq;
mod firewall;
mod haproxy;
mod unbound;

use crate::release::Release;

/// What values a field takes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Bool,
    /// Any text that fits.
    Text(fn(&str) -> bool),
    /// Any text; since 26.1.11 of one line.
    Line,
    Int(i64, i64),
    /// An address, or where a mask is allowed a network.
    Address {
        list: bool,
        v4_only: bool,
        mask: bool,
    },
    Macs,
    /// dnsmasq's own kind of names.
    Labels {
        domain: bool,
        wildcard: bool,
        list: bool,
    },
    /// A name, or an address.
    Hostname {
        wildcard: bool,
        address: bool,
    },
    /// Values and what a page calls them.
    Choice {
        of: &'static [(&'static str, &'static str)],
        multiple: bool,
        blank: &'static str,
    },
    /// Items of that table, by uuid; shown by these fields of theirs.
    Relation {
        table: &'static str,
        shown: &'static [&'static str],
        multiple: bool,
    },
    Interface {
        multiple: bool,
        blank: &'static str,
    },
    /// A port; with names of services, ranges and aliases where a rule of the packet filter wants one.
    Port {
        rule: bool,
    },
    /// A network, an address, an alias, or what an interface stands for.
    Network,
    Protocol,
    /// A DHCP option's number, of version 4 or 6.
    DhcpOption {
        v6: bool,
    },
    /// A number that a new item gets by itself: so much more than the last, or where that is nothing the first that is free.
    Sequence(i64),
    /// What only the plugin itself uses to name an item.
    UniqueId,
}

/// A field of a model.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) default: &'static str,
    /// What is said of a value that does not fit, where it is not what all of this kind say.
    pub(crate) says: Option<&'static str>,
    pub(crate) since: Release,
    /// Shown, and never kept.
    pub(crate) volatile: bool,
}

pub(crate) const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, default: "", says: None, since: Release(25, 1, 0), volatile: false }
}

impl Field {
    pub(crate) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(crate) const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    pub(crate) const fn says(self, says: &'static str) -> Self {
        Self { says: Some(says), ..self }
    }

    pub(crate) const fn since(self, since: Release) -> Self {
        Self { since, ..self }
    }

    pub(crate) const fn volatile(self) -> Self {
        Self { volatile: true, ..self }
    }
}

/// A table of a model.
#[derive(Debug)]
pub(crate) struct Table {
    /// Below the model's node: `backends.backend`.
    pub(crate) path: &'static str,
    /// The key under which an item is posted and answered.
    pub(crate) root: &'static str,
    /// What follows `add`, `set`, … in an action's name, in lower case.
    pub(crate) action: &'static str,
    /// The action that searches it, in lower case.
    pub(crate) search: &'static str,
    pub(crate) toggles: bool,
    /// A field without which a posted item is a PHP error.
    pub(crate) demands: Option<&'static str>,
    pub(crate) fields: &'static [Field],
}

/// A model: settings and tables.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) module: &'static str,
    pub(crate) controller: &'static str,
    /// The key under which it is posted and answered as a whole.
    pub(crate) root: &'static str,
    /// Where it stands in `config.xml`; the last is its own node.
    pub(crate) mount: &'static [&'static str],
    pub(crate) version: &'static str,
    /// Whether an item that others refer to stays.
    pub(crate) safe_delete: bool,
    /// Names have dots where they lie deeper.
    pub(crate) settings: &'static [Field],
    pub(crate) tables: &'static [Table],
}

impl Model {
    /// Its own node in `config.xml`.
    pub(crate) fn node(&self) -> &'static str {
        self.mount.last().copied().unwrap_or_default()
    }

    /// What a table or setting of it is called all over: `dnsmasq.dhcp_boot`.
    pub(crate) fn key(&self, path: &str) -> String {
        format!("{}.{path}", self.node())
    }

    pub(crate) fn settings(&self, release: Release) -> impl Iterator<Item = &'static Field> + use<> {
        self.settings.iter().filter(move |field| field.since <= release)
    }
}

impl Table {
    pub(crate) fn fields(&self, release: Release) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().filter(move |field| field.since <= release)
    }
}

/// All models, in the order in which they stand in `config.xml`.
pub(crate) const MODELS: [&Model; 5] =
    [&dnsmasq::MODEL, &firewall::ALIASES, &firewall::RULES, &unbound::MODEL, &haproxy::MODEL];

/// A table by its key.
pub(crate) fn table(key: &str) -> Option<(&'static Model, &'static Table)> {
    MODELS.iter().find_map(|model| {
        let path = key.strip_prefix(model.node())?.strip_prefix('.')?;
        Some((*model, model.tables.iter().find(|table| table.path == path)?))
    })
}

// What several models take.

pub(crate) const ANY: Kind = Kind::Text(|_| true);
pub(crate) const NONE: &str = "None";

pub(crate) const fn flag(name: &'static str) -> Field {
    field(name, Kind::Bool)
}

/// A switch that is on or off from the beginning.
pub(crate) const fn switch(name: &'static str, default: &'static str) -> Field {
    field(name, Kind::Bool).required().default(default)
}

pub(crate) const fn count(name: &'static str) -> Field {
    field(name, Kind::Int(0, i64::MAX))
}

pub(crate) const fn text(name: &'static str) -> Field {
    field(name, ANY)
}

pub(crate) const fn choice(name: &'static str, of: &'static [(&'static str, &'static str)]) -> Field {
    field(name, Kind::Choice { of, multiple: false, blank: NONE })
}

pub(crate) const fn choices(name: &'static str, of: &'static [(&'static str, &'static str)]) -> Field {
    field(name, Kind::Choice { of, multiple: true, blank: NONE })
}

pub(crate) const fn relation(
    name: &'static str,
    table: &'static str,
    shown: &'static [&'static str],
) -> Field {
    field(name, Kind::Relation { table, shown, multiple: false })
}

pub(crate) const fn relations(
    name: &'static str,
    table: &'static str,
    shown: &'static [&'static str],
) -> Field {
    field(name, Kind::Relation { table, shown, multiple: true })
}

/// `description`, as most items have one.
pub(crate) const DESCRIPTION: Field = text("description");

pub(crate) fn one_line(text: &str, longest: usize) -> bool {
    !text.contains('\n') && text.chars().count() <= longest
}

/// A domain of several labels, as most models take one.
pub(crate) fn is_domain(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}
