//! What single tables do beside what all do.

use crate::config::{Config, Item};
use crate::json::Json;

/// An option that is set has no tag to set, and one that is looked for no condition.
pub(crate) fn clear_what_an_option_cannot_have(item: &mut Item) {
    let clear: &[(&str, &str)] = match item.field("type") {
        "set" => &[("set_tag", "")],
        "match" => &[("tag", ""), ("interface", ""), ("force", "0")],
        _ => &[],
    };
    for (name, value) in clear {
        item.fields.insert((*name).to_owned(), (*value).to_owned());
    }
}

/// A name takes its aliases along when it goes.
pub(crate) fn take_along(config: &mut Config, table: &str, item: &Item) {
    let (Some(uuid), "unboundplus.hosts.host") = (item.uuid, table) else { return };
    if let Some(aliases) = config.tables.get_mut("unboundplus.aliases.alias") {
        aliases.retain(|alias| alias.field("host") != uuid.to_string());
    }
}

/// Where a rule of the packet filter stands among all: floating ones come before those of one interface.
pub(crate) fn order(item: &Item) -> [(&'static str, String); 2] {
    let floating = item.list("interface").count() != 1 || item.field("interfacenot") == "1";
    let group = if floating { 200_000 } else { 400_000 };
    let sequence: u32 = item.field("sequence").parse().unwrap_or_default();
    [("sort_order", format!("{group}.0{sequence:06}")), ("prio_group", group.to_string())]
}

/// Rules that are in no model: the firewall's own, and those of its older pages. They have a label where others have a uuid,
/// and fewer fields.
pub(crate) fn of_no_model() -> [Json; 2] {
    let rule = |label: &str, interface: &str, description: &str, order: &str, automatic: bool| {
        let mut rule = Json::texts(&[
            ("enabled", "1"),
            ("interface", interface),
            ("quick", "1"),
            ("action", "pass"),
            ("%action", "Pass"),
            ("description", description),
            ("source_net", if automatic { "any" } else { "lan" }),
            ("source_port", ""),
            ("destination_net", "any"),
            ("destination_port", ""),
            ("uuid", label),
            ("direction", "in"),
            ("%direction", "In"),
            ("ipprotocol", "inet"),
            ("%ipprotocol", "IPv4"),
            ("protocol", ""),
            ("%protocol", ""),
            ("sort_order", order),
        ]);
        rule.put("legacy", Json::Bool(true));
        rule.put("is_automatic", Json::Bool(automatic));
        rule
    };
    [
        rule("fae559338f65e11c53669fc3642c93c2", "lan", "anti-lockout rule", "000001.1000001", true),
        rule(
            "0f8f2ffb0e3ae3fb8a5f0e6b5c5b3c3e",
            "lan",
            "Default allow LAN to any rule",
            "400000.1000002",
            false,
        ),
    ]
}

/// Where rules speak of an alias by its name.
pub(crate) fn uses_of_alias(config: &Config, name: &str) -> Vec<String> {
    let nets = ["source_net", "source_port", "destination_net", "destination_port"];
    let rules = config.rows("Filter.rules.rule").iter();
    let users = rules.filter(|rule| nets.iter().any(|net| rule.list(net).any(|part| part == name)));
    users.map(|rule| format!("[filter.rules.rule.{}] {}", rule.shown(), rule.field("description"))).collect()
}
