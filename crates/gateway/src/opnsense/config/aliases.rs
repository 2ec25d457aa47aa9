//! The packet filter's aliases: names for addresses and ports, which rules name in their place.

use std::collections::BTreeMap;

use roxmltree::Node;

use super::{MAX_ITEMS, at, is_on_or_empty, text_of};
use crate::opnsense::text::shown;

/// What they hold, by name: those that are switched on and whose content is written out. What others hold (lists that are
/// fetched, countries, cards) is known on the firewall only.
pub(super) fn aliases(root: Node<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let Some(all) = at(root, &["OPNsense", "Firewall", "Alias", "aliases"]) else { return BTreeMap::new() };
    all.children()
        .filter(|node| node.has_tag_name("alias"))
        .take(MAX_ITEMS)
        .filter(|alias| at(*alias, &["enabled"]).is_none_or(is_on_or_empty))
        .filter(|alias| matches!(text_of(Some(*alias), &["type"]), "host" | "network" | "port"))
        .map(|alias| {
            let content = text_of(Some(alias), &["content"]).lines();
            let content = content.map(str::trim).filter(|line| !line.is_empty()).take(MAX_ITEMS).map(shown);
            (shown(text_of(Some(alias), &["name"])), content.collect())
        })
        .collect()
}
