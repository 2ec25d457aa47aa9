//! What holds of every plan and of every undo, on gateways that refuse what real ones refuse.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use uuid::Uuid;

use super::Plan;
use super::make::{Basis, make};
use crate::capability::Wanted;
use crate::change::{Action, Change};
use crate::object::{Fields, Found, Kind, Object, Service};
use crate::ownership::{Known, owner};
use crate::reading::{Reading, ServiceState};
use crate::simulate;
use crate::site::SiteId;
use crate::undo::undo;

mod cases;

const SITE: SiteId = SiteId(Uuid::from_u128(0x1a2b_3c4d << 96));

fn fields<const N: usize>(pairs: [(&str, String); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn object(kind: Kind, name: String, mut fields: Fields) -> Object {
    if let Some(field) = kind.description() {
        fields.insert(field.to_owned(), SITE.mark(&name));
    }
    Object { kind, id: Some(SITE.object(kind, &name)), name, fields }
}

/// A tag has no description: its name is all that says whose it is.
fn tag_name(tag: usize) -> String {
    format!("muster{SITE}t{tag}")
}

fn tag_id(tag: usize) -> String {
    SITE.object(Kind::Tag, &tag_name(tag)).to_string()
}

/// What is wanted, from small pools: so that two wishes share, exchange and drop things.
#[derive(Debug, Clone)]
struct Want {
    tags: usize,
    boots: Vec<(usize, usize, u8)>,
    addresses: Vec<(usize, usize)>,
    servers: Vec<usize>,
    interfaces: Vec<usize>,
}

fn want() -> impl Strategy<Value = Want> {
    let boots = (Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(), 0..6_usize, any::<u8>());
    let addresses = (
        Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
        subsequence((0..5_usize).collect::<Vec<_>>(), 0..=5),
    );
    (
        1..4_usize,
        boots,
        addresses,
        subsequence((0..4_usize).collect::<Vec<_>>(), 0..=4),
        subsequence((0..3_usize).collect::<Vec<_>>(), 0..=3),
    )
        .prop_map(|(tags, (order, many, salt), (ips, hosts), servers, interfaces)| Want {
            tags,
            boots: order
                .into_iter()
                .take(many)
                .map(|boot| (boot, boot % tags, salt.wrapping_add(boot as u8) % 3))
                .collect(),
            addresses: hosts.into_iter().zip(ips).collect(),
            servers,
            interfaces,
        })
}

impl Want {
    fn worded(&self) -> Wanted {
        let mut objects = Vec::new();
        for tag in 0..self.tags {
            objects.push(object(Kind::Tag, tag_name(tag), fields([("tag", tag_name(tag))])));
        }
        for (host, ip) in &self.addresses {
            let kept = fields([
                ("host", format!("h{host}")),
                ("ip", format!("10.0.0.{ip}")),
                ("ignore", "0".to_owned()),
            ]);
            objects.push(object(Kind::Reservation, format!("reservation h{host}"), kept));
        }
        for (boot, tag, file) in &self.boots {
            let entry = fields([("filename", format!("f{file}.efi")), ("tag", tag_id(*tag))]);
            objects.push(object(Kind::Boot, format!("boot b{boot}"), entry));
        }
        let mut linked = Vec::new();
        for server in &self.servers {
            let name = format!("server s{server}");
            linked.push(SITE.object(Kind::Server, &name).to_string());
            objects.push(object(Kind::Server, name, fields([("name", format!("s{server}"))])));
        }
        if !linked.is_empty() {
            objects.push(object(
                Kind::Backend,
                "backend b".to_owned(),
                fields([("linkedServers", linked.join(","))]),
            ));
        }
        let interfaces: Vec<String> = self.interfaces.iter().map(|it| format!("opt{it}")).collect();
        objects.push(Object {
            kind: Kind::DnsmasqSettings,
            id: None,
            name: "dnsmasq-settings".to_owned(),
            fields: fields([("enable", "1".to_owned()), ("interface", interfaces.join(","))]),
        });
        Wanted { objects, conflicts: Vec::new(), notices: Vec::new() }
    }
}

/// Somebody's hand on one of the objects that are there.
#[derive(Debug, Clone)]
enum Edit {
    Field(Index),
    Description(Index),
    Last(Index),
    Remove(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<Index>().prop_map(Edit::Field),
        any::<Index>().prop_map(Edit::Description),
        any::<Index>().prop_map(Edit::Last),
        any::<Index>().prop_map(Edit::Remove),
    ]
}

fn edited(reading: &mut Reading, edit: &Edit) {
    let boots: Vec<usize> =
        (0..reading.found.len()).filter(|at| reading.found[*at].kind == Kind::Boot).collect();
    let pick = |index: &Index| (!boots.is_empty()).then(|| boots[index.index(boots.len())]);
    match edit {
        Edit::Field(index) => {
            if let Some(at) = pick(index) {
                reading.found[at].fields.insert("filename".into(), "by-hand.efi".into());
            }
        }
        Edit::Description(index) => {
            if let Some(at) = pick(index) {
                reading.found[at].fields.insert("description".into(), "mine".into());
            }
        }
        Edit::Last(index) => {
            if let Some(at) = pick(index) {
                let moved = reading.found.remove(at);
                reading.found.push(moved);
            }
        }
        Edit::Remove(index) => {
            if let Some(at) = pick(index) {
                reading.found.remove(at);
            }
        }
    }
}

/// A gateway with things of others on it.
fn somebody_elses(many: usize) -> Reading {
    let mut found = vec![Found {
        kind: Kind::DnsmasqSettings,
        id: None,
        fields: fields([
            ("enable", "0".to_owned()),
            ("interface", "lan".to_owned()),
            ("port", "53053".to_owned()),
        ]),
    }];
    for at in 0..many {
        let id = Uuid::from_u128(0x4000_8000_0000_0000_0000 + at as u128);
        let kind = [Kind::Tag, Kind::Boot, Kind::Reservation, Kind::Boot, Kind::Server][at % 5];
        let theirs = fields([
            ("filename", format!("their{at}")),
            ("ip", format!("10.9.0.{at}")),
            ("name", format!("x{at}")),
        ]);
        found.push(Found { kind, id: (at % 7 != 6).then_some(id), fields: theirs });
    }
    Reading { found, services: [(Service::Dnsmasq, ServiceState::Running)].into(), ..Reading::default() }
}

/// Makes a change as a real gateway would: it refuses a second reservation of an address, what refers to nothing, and removing
/// what is referred to.
fn made(reading: &mut Reading, change: &Change) {
    simulate::make(&mut reading.found, change);
    let refers = |of: Kind, field: &str, to: Kind| {
        for found in reading.of(of).filter(|found| found.id.is_some_and(|id| id.get_version_num() == 5)) {
            for id in found.list(field) {
                assert!(
                    reading.object(to, id.parse().unwrap()).is_some(),
                    "{change:?} leaves {found:?} without {id}"
                );
            }
        }
    };
    refers(Kind::Boot, "tag", Kind::Tag);
    refers(Kind::Backend, "linkedServers", Kind::Server);
    let addresses: Vec<&str> = reading.of(Kind::Reservation).map(|found| found.field("ip")).collect();
    let distinct: BTreeSet<&str> = addresses.iter().copied().collect();
    assert_eq!(addresses.len(), distinct.len(), "{change:?} gives an address twice");
}

/// All that counts: objects without their order, the order of everybody else's, and of our boot entries.
type Essence = (BTreeMap<(Kind, Option<Uuid>, String), Fields>, Vec<Found>, Vec<Uuid>);

fn essence(reading: &Reading, known: &Known) -> Essence {
    let ours = |found: &&Found| owner(&SITE, known, found).is_some();
    let settings = |found: &Found| {
        let mut fields = found.fields.clone();
        if let Some(list) = fields.get_mut("interface") {
            let mut items: Vec<&str> = list.split(',').collect();
            items.sort_unstable();
            *list = items.join(",");
        }
        fields
    };
    let all = reading
        .found
        .iter()
        .map(|it| ((it.kind, it.id, it.field("name").to_owned()), settings(it)))
        .collect();
    let theirs = reading.found.iter().filter(|it| !ours(it) && !it.kind.is_settings()).cloned().collect();
    (all, theirs, reading.of(Kind::Boot).filter(ours).filter_map(|it| it.id).collect())
}

fn plan(reading: &Reading, known: &Known, want: &Want) -> Plan {
    let pending = BTreeSet::new();
    make(Basis { site: &SITE, known, pending: &pending }, reading, want.worded())
}

/// What the journal knows once these were begun.
fn known_after(known: &Known, changes: &[Change]) -> Known {
    let mut known = known.clone();
    for change in changes {
        if let Some(id) = change.id {
            known.insert((change.kind, id), change.name.clone());
        }
    }
    known
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_brings_about_what_is_wanted_from_anywhere_and_an_undo_brings_back_what_was(
        others in 0..12_usize, first in want(), edits in prop::collection::vec(edit(), 0..4), second in want(), prefix in any::<Index>(),
    ) {
        let mut reading = somebody_elses(others);
        let theirs: BTreeSet<_> = reading.found.iter().filter(|it| it.id.is_some()).map(|it| (it.kind, it.id)).collect();
        let begin = plan(&reading, &Known::new(), &first);
        let known = known_after(&Known::new(), &begin.changes);
        begin.changes.iter().for_each(|change| made(&mut reading, change));
        for edit in &edits {
            let ours_only = reading.found.clone();
            edited(&mut reading, edit);
            // Whoever edits does what he likes with his own; here he keeps to ours.
            if essence(&reading, &known).1 != ours_only.iter().filter(|it| owner(&SITE, &known, it).is_none() && !it.kind.is_settings()).cloned().collect::<Vec<_>>() {
                reading.found = ours_only;
            }
        }

        let before = reading.clone();
        let next = plan(&before, &known, &second);
        prop_assert_eq!(&next.digest, &plan(&before, &known, &second).digest);
        prop_assert!(next.changes.iter().all(|it| it.kind.is_settings() || !theirs.contains(&(it.kind, it.id))), "never a stranger");
        let known = known_after(&known, &next.changes);
        let mut after = before.clone();
        next.changes.iter().for_each(|change| made(&mut after, change));
        let again = plan(&after, &known, &second);
        prop_assert!(again.is_empty(), "twice is once: {:?}", again.changes);
        let order: Vec<Uuid> = second.boots.iter().map(|(boot, ..)| SITE.object(Kind::Boot, &format!("boot b{boot}"))).collect();
        prop_assert_eq!(&essence(&after, &known).2, &order, "entries stand as they were wanted");

        // Undone from the end, or from anywhere in the middle, all is as before.
        let boot_order: Vec<Uuid> = essence(&before, &known).2;
        let steps: Vec<(u32, Change)> = (1..).zip(next.changes.iter().cloned()).collect();
        let many = prefix.index(steps.len() + 1);
        for many in [steps.len(), many] {
            let mut undone = before.clone();
            steps.iter().take(many).for_each(|(_, change)| made(&mut undone, change));
            // Of the last one that was begun nobody knows whether it was made: the undo must see that by itself.
            let begun = &steps[..steps.len().min(many + 1)];
            let back = undo(begun, &undone, &boot_order);
            prop_assert!(back.changed_since.is_empty() && back.stuck.is_empty(), "{:?}", back);
            back.changes.iter().for_each(|(_, change)| made(&mut undone, change));
            prop_assert_eq!(essence(&undone, &known), essence(&before, &known));
            prop_assert!(undo(begun, &undone, &boot_order).changes.is_empty(), "undone twice is undone once");
        }

        // Killed in the middle, the next apply heals it.
        let mut halfway = before.clone();
        steps.iter().take(many).for_each(|(_, change)| made(&mut halfway, change));
        plan(&halfway, &known, &second).changes.iter().for_each(|change| made(&mut halfway, change));
        prop_assert_eq!(essence(&halfway, &known), essence(&after, &known));
    }
}
