//! What a key's user must be allowed, by the names that OPNsense's own page has for it (System › Access › Users › a user's
//! privileges). A privilege covers URLs; which, is in OPNsense's access lists.

use super::release::Release;

/// One privilege.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Privilege {
    /// `page-diagnostics-configurationhistory`
    ConfigurationHistory,
    /// `page-services-dnsforwarder`
    Dnsmasq,
    /// `page-services-unbound`
    Unbound,
    /// `page-filter-api`
    Filter,
    /// `page-services-haproxy`
    Haproxy,
    /// `page-status-interfaces`
    Interfaces,
    /// `page-system-login-logout`: covers the system's own information, and harms nothing.
    Dashboard,
    /// `page-system-firmware-manualupdate`: would say the release as well, but may also switch the firewall off.
    Firmware,
}

/// Writing is not granted, it is denied: by this one.
pub(super) const READ_ONLY: &str = "System: Deny config write";

impl Privilege {
    /// The one that covers an action of the API; nothing where Muster knows none.
    pub(super) fn of(path: &str) -> Option<Self> {
        let mut parts = path.split('/');
        Some(match (parts.next()?, parts.next()?) {
            ("core", "backup") => Self::ConfigurationHistory,
            ("core", "firmware") => Self::Firmware,
            ("dnsmasq", _) => Self::Dnsmasq,
            ("unbound", _) => Self::Unbound,
            ("haproxy", _) => Self::Haproxy,
            ("firewall", "filter") => Self::Filter,
            ("interfaces", "overview") => Self::Interfaces,
            ("diagnostics", "system") => Self::Dashboard,
            _ => return None,
        })
    }

    /// As OPNsense's page names it; two of them have another name since 26.1, and both are given where the release is not
    /// known.
    pub(super) fn name(self, release: Option<&Release>) -> &'static str {
        let renamed = |old, new, both| match release {
            Some(release) if release.since(26, 1) => new,
            Some(_) => old,
            None => both,
        };
        match self {
            Self::ConfigurationHistory => "Diagnostics: Configuration History",
            Self::Dnsmasq => "Services: Dnsmasq DNS/DHCP: Settings",
            Self::Unbound => renamed(
                "Services: Unbound (MVC)",
                "Services: Unbound",
                "Services: Unbound (before 26.1: Services: Unbound (MVC))",
            ),
            Self::Filter => renamed(
                "Firewall: Automation: Filter",
                "Firewall: Rules [new]",
                "Firewall: Rules [new] (before 26.1: Firewall: Automation: Filter)",
            ),
            Self::Haproxy => "Services: HAProxy",
            Self::Interfaces => "Status: Interfaces",
            Self::Dashboard => "Lobby: Dashboard",
            Self::Firmware => "System: Firmware",
        }
    }

    /// What Muster needs it for.
    pub(super) const fn needed_for(self) -> &'static str {
        match self {
            Self::ConfigurationHistory => {
                "to keep the configuration before it is changed, and to see what others change"
            }
            Self::Dnsmasq => "for DHCP and network boot",
            Self::Unbound => "for names",
            Self::Filter => "to let machines through to Muster and to the load balancer",
            Self::Haproxy => "for the load balancer",
            Self::Interfaces => "to see the interfaces' links and the addresses that they were given",
            Self::Dashboard | Self::Firmware => "to see which release it is",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_covered_by_the_privilege_that_the_page_names() {
        let [old, new] = ["25.7.11", "26.1.2"].map(Release::parse);
        for (path, on_25_7, on_26_1) in [
            (
                "dnsmasq/settings/setHost/1",
                "Services: Dnsmasq DNS/DHCP: Settings",
                "Services: Dnsmasq DNS/DHCP: Settings",
            ),
            ("unbound/service/status", "Services: Unbound (MVC)", "Services: Unbound"),
            ("haproxy/export/diff", "Services: HAProxy", "Services: HAProxy"),
            ("firewall/filter/apply", "Firewall: Automation: Filter", "Firewall: Rules [new]"),
            (
                "core/backup/download/this",
                "Diagnostics: Configuration History",
                "Diagnostics: Configuration History",
            ),
            ("interfaces/overview/interfacesInfo", "Status: Interfaces", "Status: Interfaces"),
            ("diagnostics/system/system_information", "Lobby: Dashboard", "Lobby: Dashboard"),
            ("core/firmware/status", "System: Firmware", "System: Firmware"),
        ] {
            let privilege = Privilege::of(path).unwrap();
            assert_eq!(privilege.name(old.as_ref()), on_25_7);
            assert_eq!(privilege.name(new.as_ref()), on_26_1);
            assert!(privilege.name(None).contains(on_25_7) && privilege.name(None).contains(on_26_1));
        }
        assert_eq!(Privilege::of("auth/user/add"), None);
    }
}
