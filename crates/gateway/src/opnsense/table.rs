//! Where in OPNsense's API each kind of object is, and what it is called there.

use uuid::Uuid;

use crate::object::{Kind, Service};

/// A table of objects, or a set of settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    /// The controller: `dnsmasq/settings`.
    controller: &'static str,
    /// Ends the actions: `set` + `Host`.
    item: &'static str,
    /// The whole action that searches, for some are in the plural.
    search: &'static str,
    /// What a posted object is called: `{"host": {…}}`.
    pub(super) root: &'static str,
}

impl Table {
    pub(super) const fn of(kind: Kind) -> Self {
        const fn table(
            controller: &'static str,
            item: &'static str,
            search: &'static str,
            root: &'static str,
        ) -> Table {
            Table { controller, item, search, root }
        }
        match kind {
            Kind::PassRule => table("firewall/filter", "Rule", "searchRule", "rule"),
            Kind::DnsmasqSettings => table("dnsmasq/settings", "", "", "dnsmasq"),
            Kind::Tag => table("dnsmasq/settings", "Tag", "searchTag", "tag"),
            Kind::Range => table("dnsmasq/settings", "Range", "searchRange", "range"),
            Kind::Reservation => table("dnsmasq/settings", "Host", "searchHost", "host"),
            Kind::DhcpOption => table("dnsmasq/settings", "Option", "searchOption", "option"),
            Kind::Boot => table("dnsmasq/settings", "Boot", "searchBoot", "boot"),
            Kind::HostOverride => table("unbound/settings", "HostOverride", "searchHostOverride", "host"),
            Kind::HostAlias => table("unbound/settings", "HostAlias", "searchHostAlias", "alias"),
            Kind::HaproxySettings => table("haproxy/settings", "", "", "haproxy"),
            Kind::HealthCheck => {
                table("haproxy/settings", "Healthcheck", "searchHealthchecks", "healthcheck")
            }
            Kind::Server => table("haproxy/settings", "Server", "searchServers", "server"),
            Kind::Backend => table("haproxy/settings", "Backend", "searchBackends", "backend"),
            Kind::Frontend => table("haproxy/settings", "Frontend", "searchFrontends", "frontend"),
        }
    }

    pub(super) fn search(&self) -> String {
        format!("{}/{}", self.controller, self.search)
    }

    /// `get`, `set` or `del` of one object; of the settings without an id.
    pub(super) fn action(&self, verb: &str, id: Option<Uuid>) -> String {
        match id {
            Some(id) => format!("{}/{verb}{}/{id}", self.controller, self.item),
            None => format!("{}/{verb}", self.controller),
        }
    }
}

/// The parts of a service's settings that are fields of it, and not tables of objects: those whose names begin so.
pub(super) fn is_setting(kind: Kind, field: &str) -> bool {
    match kind {
        Kind::HaproxySettings => field.starts_with("general."),
        _ => !["hosts", "domainoverrides", "dhcp_tags", "dhcp_ranges", "dhcp_options", "dhcp_boot"]
            .iter()
            .any(|table| field.split('.').next() == Some(table)),
    }
}

/// `dnsmasq/service`: what a service's actions begin with. The packet filter has none of the kind.
pub(super) const fn service(service: Service) -> Option<&'static str> {
    match service {
        Service::Firewall => None,
        Service::Dnsmasq => Some("dnsmasq/service"),
        Service::Unbound => Some("unbound/service"),
        Service::Haproxy => Some("haproxy/service"),
    }
}
