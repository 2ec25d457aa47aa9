//! Whether two values mean the same to a gateway.

use std::collections::BTreeSet;

use crate::object::{Fields, Kind};

/// Fields whose items have no order.
const LISTS: [&str; 12] = [
    "interface",
    "no_interface",
    "tag",
    "hwaddr",
    "ip",
    "cnames",
    "mode",
    "linkedServers",
    "bind",
    "source_net",
    "destination_net",
    "categories",
];

/// Fields that are a switch: unset is off.
const SWITCHES: [&str; 17] = [
    "enable",
    "enabled",
    "force",
    "ignore",
    "local",
    "nosync",
    "addptr",
    "ssl",
    "sslVerify",
    "healthCheckEnabled",
    "strictbind",
    "quick",
    "http_expressionEnabled",
    "domain_needed",
    "no_resolv",
    "log",
    "authoritative",
];

/// A value in the one form of all those that mean the same.
///
/// A MAC address is compared without its case. Its dashes are kept: OPNsense saves a MAC with dashes and then leaves the
/// reservation out, so that it is not the same.
pub(crate) fn normal(kind: Kind, field: &str, value: &str) -> String {
    let value = value.trim();
    // Within a group of settings the group stands before it: `general.enabled`.
    let field = field.rsplit('.').next().unwrap_or(field);
    if SWITCHES.contains(&field) && !(kind == Kind::HealthCheck && field == "ssl") {
        return match value {
            "" | "0" | "false" => "0".to_owned(),
            "1" | "true" => "1".to_owned(),
            other => other.to_owned(),
        };
    }
    if LISTS.contains(&field) {
        let items: BTreeSet<String> = items(value).map(str::to_ascii_lowercase).collect();
        return items.into_iter().collect::<Vec<_>>().join(",");
    }
    value.to_owned()
}

/// Whether both mean the same.
pub(crate) fn same(kind: Kind, field: &str, one: &str, other: &str) -> bool {
    one == other || normal(kind, field, one) == normal(kind, field, other)
}

/// The fields of `wanted` that `found` has not, as they are there and as they are wanted.
pub(crate) fn differing(kind: Kind, found: &Fields, wanted: &Fields) -> (Fields, Fields) {
    let there = |field: &str| found.get(field).map_or("", String::as_str);
    let differ: Vec<_> =
        wanted.iter().filter(|(field, value)| !same(kind, field, there(field), value)).collect();
    (
        differ.iter().map(|(field, _)| ((*field).clone(), there(field).to_owned())).collect(),
        differ.iter().map(|(field, value)| ((*field).clone(), (*value).clone())).collect(),
    )
}

/// The settings' lists that only grow: what others put there stays. One that is empty means all, and needs nothing.
pub(crate) fn grows(kind: Kind, field: &str) -> bool {
    kind.is_settings() && field == "interface"
}

/// A growing list with these items in it as well.
pub(crate) fn grown(found: &str, wanted: &str) -> String {
    if found.trim().is_empty() {
        return String::new();
    }
    let mut all: Vec<&str> = items(found).collect();
    for item in items(wanted) {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all.join(",")
}

/// A growing list without what was added to it.
pub(crate) fn shrunk(found: &str, before: &str, after: &str) -> String {
    let added = |item: &str| items(after).any(|it| it == item) && !items(before).any(|it| it == item);
    items(found).filter(|item| !added(item)).collect::<Vec<_>>().join(",")
}

/// The items of a list.
pub(crate) fn items(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_mean() {
        for (kind, field, one, other, alike) in [
            (Kind::Reservation, "hwaddr", "52:54:00:AA:00:01", "52:54:00:aa:00:01", true),
            (Kind::Reservation, "hwaddr", "52-54-00-aa-00-01", "52:54:00:aa:00:01", false),
            (
                Kind::Reservation,
                "hwaddr",
                "52:54:00:aa:00:02,52:54:00:aa:00:01",
                "52:54:00:aa:00:01, 52:54:00:aa:00:02",
                true,
            ),
            (Kind::Backend, "linkedServers", "b,a", "a,b", true),
            (Kind::DhcpOption, "value", "10.0.0.2,10.0.0.1", "10.0.0.1,10.0.0.2", false),
            (Kind::DhcpOption, "force", "", "0", true),
            (Kind::DhcpOption, "force", "1", "0", false),
            (Kind::HealthCheck, "ssl", "", "nossl", false),
            (Kind::Range, "lease_time", "", "0", false),
            (Kind::Boot, "filename", "snponly.efi", "SNPONLY.EFI", false),
        ] {
            assert_eq!(same(kind, field, one, other), alike, "{field}: {one:?} and {other:?}");
        }
    }

    #[test]
    fn a_list_of_the_settings_grows_and_gives_back_what_it_took() {
        assert_eq!(grown("lan,opt2", "opt1,lan"), "lan,opt2,opt1");
        assert_eq!(grown("", "opt1"), "", "empty means all");
        assert_eq!(shrunk("lan,opt2,opt1,opt9", "lan,opt2", "lan,opt2,opt1"), "lan,opt2,opt9");
    }
}
