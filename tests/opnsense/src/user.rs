//! Who may do what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};

/// A user with one API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The key: Base64 of 60 bytes.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// Ids of privileges, as in OPNsense's own `ACL.xml` files; `page-all` is everything.
    pub privileges: Vec<String>,
}

/// What a key for Muster needs, and no more.
pub const NEEDED: [&str; 11] = [
    "page-system-firmware-manualupdate",
    "page-system-login-logout",
    "page-status-interfaces",
    "page-status-services",
    "page-system-status",
    "page-services-dnsforwarder",
    "page-services-unbound",
    "page-services-haproxy",
    "page-filter-api",
    "page-firewall-alias-edit",
    "page-diagnostics-configurationhistory",
];

/// Privileges, and the addresses that they open: what stands in the request, letter by letter.
const OPENS: &[(&str, &[&str])] = &[
    ("page-all", &["*"]),
    (
        "page-system-login-logout",
        &[
            "api/core/dashboard/*",
            "api/core/menu/*",
            "api/diagnostics/system/system_information",
            "api/diagnostics/system/system_time",
        ],
    ),
    ("page-system-firmware-manualupdate", &["api/core/firmware/*"]),
    ("page-system-status", &["api/core/system/*"]),
    ("page-status-interfaces", &["api/interfaces/overview/*"]),
    ("page-status-services", &["api/core/service/*"]),
    (
        "page-diagnostics-logs-firewall-dynamic",
        &["api/diagnostics/interface/get_interface_names", "api/diagnostics/firewall/log/*"],
    ),
    ("page-services-dnsforwarder", &["api/dnsmasq/*"]),
    ("page-services-unbound", &["api/unbound/*"]),
    ("page-services-haproxy", &["api/haproxy/*"]),
    ("page-services-tftp", &["api/tftp/*"]),
    ("page-filter-api", &["api/firewall/filter/*"]),
    ("page-firewall-alias-edit", &["api/firewall/alias/*"]),
    ("page-diagnostics-configurationhistory", &["api/core/backup/*"]),
];

impl User {
    /// A user with these privileges; key and secret follow from the name.
    #[must_use]
    pub fn new(name: &str, privileges: &[&str]) -> Self {
        let text = |what: &str| {
            let bytes = Sha512::digest(format!("{what} of {name}"));
            STANDARD.encode(bytes.get(..60).unwrap_or(&bytes))
        };
        let privileges = privileges.iter().map(|id| (*id).to_owned()).collect();
        Self { name: name.to_owned(), key: text("key"), secret: text("secret"), privileges }
    }

    /// May do everything.
    #[must_use]
    pub fn root() -> Self {
        Self::new("root", &["page-all"])
    }

    /// Has what Muster needs, and no more.
    #[must_use]
    pub fn muster() -> Self {
        Self::new("muster", &NEEDED)
    }

    /// May read what Muster needs, and write nothing.
    #[must_use]
    pub fn read_only() -> Self {
        let mut user = Self::new("auditor", &NEEDED);
        user.privileges.push("user-config-readonly".to_owned());
        user
    }

    /// `KEY:SECRET`.
    #[must_use]
    pub fn credential(&self) -> String {
        format!("{}:{}", self.key, self.secret)
    }

    /// Without that privilege.
    #[must_use]
    pub fn without(mut self, privilege: &str) -> Self {
        self.privileges.retain(|id| id != privilege);
        self
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.privileges.iter().any(|id| id == "user-config-readonly")
    }

    /// Whether it may ask for that path (`api/dnsmasq/…`).
    pub(crate) fn may(&self, path: &str) -> bool {
        let patterns = OPENS.iter().filter(|(id, _)| self.privileges.iter().any(|own| own == id));
        patterns.flat_map(|(_, patterns)| *patterns).any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => path == *pattern,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_addresses_are_matched_letter_by_letter_and_folders_are_not() {
        let user = User::muster();
        assert!(user.may("api/diagnostics/system/system_information"));
        assert!(!user.may("api/diagnostics/system/systemInformation"));
        assert!(user.may("api/dnsmasq/settings/search_host") && user.may("api/dnsmasq/settings/searchHost"));
        assert!(!user.may("api/diagnostics/interface/get_interface_names"));
        assert!(!user.without("page-services-haproxy").may("api/haproxy/settings/get"));
    }

    #[test]
    fn keys_are_base64_of_60_bytes() {
        let user = User::muster();
        assert_eq!((STANDARD.decode(&user.key).unwrap().len(), user.secret.len()), (60, 80));
        assert_ne!(user.key, User::root().key);
    }
}
