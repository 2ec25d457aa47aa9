//! What others tell machines to boot.

use std::collections::HashSet;

use crate::object::{Found, Kind};
use crate::wish::Dhcp;
use crate::wording::said;
use crate::wording::words::Words;

/// Whom an entry of somebody else is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    Everybody,
    /// All that say something in their request.
    Class,
    /// Single machines, or nobody: an exception that was meant.
    Some,
}

pub(super) fn word(words: &mut Words<'_>, wish: &Dhcp) {
    let keys: HashSet<_> = wish.networks.iter().map(|network| network.interface.as_str()).collect();
    let by_request: HashSet<_> = set_by(words, Kind::DhcpOption).chain(set_by(words, Kind::Range)).collect();
    let whom = |found: &Found| match found.list("tag").all(|tag| by_request.contains(tag)) {
        true if found.field("tag").is_empty() => For::Everybody,
        true => For::Class,
        false => For::Some,
    };
    let concerns = |found: &Found| {
        let here = found.field("interface").is_empty() || keys.contains(found.field("interface"));
        here && whom(found) != For::Some
    };
    let whom = |found: &Found| {
        if whom(found) == For::Everybody { "every machine" } else { "machines by their request" }
    };

    let mut ours_before = false;
    for found in words.reading.of(Kind::Boot) {
        if words.is_own(found) {
            ours_before = true;
        } else if concerns(found) && ours_before {
            let because = format!(
                "{} comes after Muster's and is for {}: dnsmasq takes the last that fits",
                said::of(found),
                whom(found)
            );
            let remedy = format!(
                "delete it, or give it a tag that only its machines have ({})",
                words.place(Kind::Boot)
            );
            words.conflict(Kind::Boot, "boot", because, remedy);
        } else if concerns(found) {
            words.notice(format!(
                "{} is for {}, and no longer counts for those that Muster's entries fit: they come after it",
                said::of(found),
                whom(found)
            ));
        }
    }
    for found in words.foreign(Kind::DhcpOption) {
        let contradicts = found.field("type") == "set" && matches!(found.field("option"), "66" | "67");
        if contradicts && concerns(found) {
            let because = format!("{} tells {} another server or file to boot", said::of(found), whom(found));
            words.conflict(
                Kind::Boot,
                "boot",
                because,
                format!("delete it ({})", words.place(Kind::DhcpOption)),
            );
        }
    }
}

/// The tags that a kind of objects sets.
fn set_by<'a>(words: &Words<'a>, kind: Kind) -> impl Iterator<Item = &'a str> {
    words.reading.of(kind).map(|found| found.field("set_tag")).filter(|tag| !tag.is_empty())
}
