//! Names, in the words of whom answers on port 53.

use std::collections::HashMap;
use std::net::IpAddr;

use super::said::{self, listed};
use super::words::{Words, fields, switch, worded};
use crate::capability::Wanted;
use crate::object::{Found, Kind, Service};
use crate::reading::Reading;
use crate::site::SiteId;
use crate::wish::{Record, RecordName, is_within};

mod release;

pub(super) fn word(site: &SiteId, wish: &[Record], reading: &Reading) -> Wanted {
    worded(site, reading, |words| {
        let kind = match reading.facts.dns_by {
            _ if wish.is_empty() => return,
            Some(Service::Unbound) => Kind::HostOverride,
            Some(Service::Dnsmasq) => Kind::Reservation,
            other => return nobody(words, other),
        };
        let theirs = Theirs::of(words, kind);
        for record in wish {
            let name = object_name(record);
            theirs.contradict(words, kind, &name, record);
            object(words, kind, name, record);
        }
    })
}

fn nobody(words: &mut Words<'_>, by: Option<Service>) {
    let because = match by {
        Some(by) => format!("{by} has port 53 of the gateway, and answers no names"),
        None => "nobody answers DNS on port 53 of the gateway".to_owned(),
    };
    let remedy = "switch on Unbound (Services > Unbound DNS > General), or take the records out of the wish and give them \
                  to the site's own DNS server";
    words.conflict(Kind::HostOverride, "records", because, remedy);
}

fn object_name(record: &Record) -> String {
    let family = if record.ip.is_ipv4() { "A" } else { "AAAA" };
    format!("record {} {family}", record.name)
}

fn object(words: &mut Words<'_>, kind: Kind, name: String, record: &Record) {
    let Record { name: whole, ip, ptr } = record;
    let ip = ip.to_string();
    let mut object = if kind == Kind::HostOverride {
        let rr = if record.ip.is_ipv4() { "A" } else { "AAAA" };
        fields([
            ("enabled", "1"),
            ("hostname", whole.host()),
            ("domain", whole.domain()),
            ("rr", rr),
            ("server", &ip),
        ])
    } else {
        // dnsmasq finds every address back to its name: there is no switch for it.
        fields([
            ("host", whole.host()),
            ("domain", whole.domain()),
            ("ip", &ip),
            ("hwaddr", ""),
            ("client_id", ""),
        ])
    };
    if kind == Kind::HostOverride && release::has_addptr(&words.reading.facts.version) {
        object.insert("addptr".into(), switch(*ptr).into());
    }
    words.object(kind, name, object);
}

/// Somebody else's entries: of each whole name, and the wildcards among them by their domain.
struct Theirs<'a> {
    names: HashMap<String, Vec<&'a Found>>,
    wildcards: Vec<(String, &'a Found)>,
}

impl<'a> Theirs<'a> {
    fn of(words: &Words<'a>, kind: Kind) -> Self {
        let (mut names, mut wildcards): (HashMap<String, Vec<&Found>>, Vec<_>) = Default::default();
        for found in words.foreign(kind).into_iter().filter(|found| found.field("enabled") != "0") {
            let host = found.field(if kind == Kind::HostOverride { "hostname" } else { "host" });
            let domain = found.field("domain").to_ascii_lowercase();
            if host == "*" {
                wildcards.push((domain, found));
            } else if !domain.is_empty() {
                let whole =
                    if host.is_empty() { domain } else { format!("{}.{domain}", host.to_ascii_lowercase()) };
                names.entry(whole).or_default().push(found);
            }
        }
        Self { names, wildcards }
    }

    fn contradict(&self, words: &mut Words<'_>, kind: Kind, object: &str, record: &Record) {
        let Record { name, ip, .. } = record;
        for found in self.same(name).into_iter().filter(|found| is_address(found)) {
            let answers: Vec<IpAddr> =
                addresses(found).filter(|answer| answer.is_ipv4() == ip.is_ipv4()).collect();
            if answers.iter().any(|answer| answer != ip) {
                let because = format!(
                    "{} answers {} for {name}, and is not Muster's: with both, machines are given either in turn",
                    said::of(found),
                    listed(answers)
                );
                words.conflict(kind, object, because, remedy(words, kind));
            } else if !answers.is_empty() {
                words.notice(format!(
                    "{name} is {ip} already, by {}, which is not Muster's: both answer the same",
                    said::of(found)
                ));
            }
        }
        for found in self.hidden(name) {
            let because = if name.is_wildcard() {
                format!("{} is below {name}, which would hide it", said::of(found))
            } else {
                format!("{} hides {name}, which is below it", said::of(found))
            };
            words.conflict(kind, object, because, remedy(words, kind));
        }
    }

    fn same(&self, name: &RecordName) -> Vec<&'a Found> {
        if name.is_wildcard() {
            let same = self.wildcards.iter().filter(|(domain, _)| domain == name.domain());
            return same.map(|(_, found)| *found).collect();
        }
        self.names.get(name.as_str()).cloned().unwrap_or_default()
    }

    /// Names below our wildcard, or the wildcards above our name.
    fn hidden(&self, name: &RecordName) -> Vec<&'a Found> {
        if name.is_wildcard() {
            let mut below: Vec<_> =
                self.names.iter().filter(|(theirs, _)| is_within(theirs, name.domain())).collect();
            below.sort_by_key(|(theirs, _)| *theirs);
            return below.into_iter().flat_map(|(_, found)| found.iter().copied()).collect();
        }
        let above = self.wildcards.iter().filter(|(domain, _)| is_within(name.as_str(), domain));
        above.map(|(_, found)| *found).collect()
    }
}

fn remedy(words: &Words<'_>, kind: Kind) -> String {
    format!("delete it ({}), or leave this record out of the wish", words.place(kind))
}

/// What an entry answers; Unbound's and dnsmasq's call it otherwise.
fn addresses(found: &Found) -> impl Iterator<Item = IpAddr> {
    let field = if found.kind == Kind::HostOverride { "server" } else { "ip" };
    found.list(field).filter_map(|text| text.parse().ok())
}

/// Whether an entry answers addresses at all, and not where mail goes.
fn is_address(found: &Found) -> bool {
    found.kind != Kind::HostOverride || matches!(found.field("rr"), "" | "A" | "AAAA")
}
