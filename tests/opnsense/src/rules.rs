//! What single tables do beside what all do.

use crate::config::{Config, Item};

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
    [("sort_order", format!("{group}.{sequence:07}")), ("prio_group", group.to_string())]
}
