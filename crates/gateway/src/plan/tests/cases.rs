//! Single plans, where one case says more than all of them.

use super::*;

fn applied(reading: &mut Reading, want: &Want) -> Plan {
    let plan = plan(reading, &Known::new(), want);
    plan.changes.iter().for_each(|change| made(reading, change));
    plan
}

fn simple(boots: &[usize]) -> Want {
    Want {
        tags: 1,
        boots: boots.iter().map(|it| (*it, 0, 0)).collect(),
        addresses: vec![],
        servers: vec![],
        interfaces: vec![0],
    }
}

fn shown(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(|it| format!("{:?} {}", it.action, it.name)).collect()
}

#[test]
fn an_entry_that_must_be_last_moves_behind_one_that_is_new() {
    let mut reading = somebody_elses(0);
    applied(&mut reading, &simple(&[0, 1, 5]));
    let plan = applied(&mut reading, &simple(&[0, 1, 2, 5]));
    assert_eq!(shown(&plan), ["Create boot b2", "Move boot b5"]);
    assert!(plan.changes[1].because.as_ref().unwrap().contains("the last entry that fits"));
}

#[test]
fn another_musters_objects_are_a_strangers() {
    let mut reading = somebody_elses(0);
    applied(&mut reading, &simple(&[0, 1]));
    let other = SiteId(Uuid::from_u128(7 << 96));
    let basis = Basis { site: &other, known: &Known::new(), pending: &BTreeSet::new() };
    assert!(make(basis, &reading, Wanted::default()).changes.is_empty());
    let ours = Basis { site: &SITE, ..basis };
    assert_eq!(
        make(ours, &reading, Wanted::default()).changes.len(),
        3,
        "and ours go when they are not wanted"
    );
}

#[test]
fn reservations_that_exchange_their_addresses_never_share_one() {
    let with = |addresses: &[(usize, usize)]| Want { addresses: addresses.to_vec(), ..simple(&[]) };
    let mut reading = somebody_elses(0);
    applied(&mut reading, &with(&[(0, 1), (1, 2), (2, 3)]));
    let plan = applied(&mut reading, &with(&[(0, 2), (1, 1), (2, 3)]));
    assert_eq!(
        shown(&plan),
        ["Delete reservation h0", "Delete reservation h1", "Create reservation h0", "Create reservation h1"]
    );
}

#[test]
fn what_is_pending_or_stopped_is_activated_though_nothing_is_to_be_changed() {
    let mut reading = somebody_elses(0);
    applied(&mut reading, &simple(&[0]));
    let (none, pending) = (BTreeSet::new(), BTreeSet::from([Service::Haproxy]));
    let known = Known::new();
    let plan = |reading: &Reading, pending| {
        make(Basis { site: &SITE, known: &known, pending }, reading, simple(&[0]).worded())
    };
    assert!(plan(&reading, &none).is_empty());
    let other = plan(&reading, &pending);
    assert_eq!((other.changes.len(), &other.services), (0, &pending));
    assert_ne!(other.digest, plan(&reading, &none).digest);
    reading.services.insert(Service::Dnsmasq, ServiceState::Stopped);
    assert_eq!(plan(&reading, &none).services, [Service::Dnsmasq].into());
}

#[test]
fn what_cannot_be_read_is_not_made_and_what_goes_live_beside_is_said() {
    let mut reading = somebody_elses(0);
    reading.facts.unread.insert(Kind::Boot, "the key's user lacks a privilege".into());
    reading.facts.unapplied.insert(Service::Dnsmasq, vec!["one change of dnsmasq by root".into()]);
    let plan = plan(&reading, &Known::new(), &simple(&[0]));
    assert_eq!(plan.conflicts.len(), 1);
    assert!(plan.conflicts[0].because.contains("lacks a privilege"), "{:?}", plan.conflicts);
    assert!(plan.notices.iter().any(|notice| notice.text.contains("one change of dnsmasq by root")));
}

#[test]
fn one_object_wanted_twice_and_differently_is_a_conflict() {
    let reading = somebody_elses(0);
    let mut wanted = simple(&[0]).worded();
    let mut twin = wanted.objects[1].clone();
    assert_eq!(twin.kind, Kind::Boot);
    wanted.objects.push(twin.clone());
    let basis = Basis { site: &SITE, known: &Known::new(), pending: &BTreeSet::new() };
    assert!(make(basis, &reading, wanted.clone()).conflicts.is_empty(), "alike is once");
    twin.fields.insert("filename".into(), "other.efi".into());
    wanted.objects.push(twin);
    assert_eq!(make(basis, &reading, wanted).conflicts.len(), 1);
}

#[test]
fn an_undo_sees_what_others_changed_since() {
    let mut reading = somebody_elses(0);
    let steps: Vec<(u32, Change)> = (1..).zip(applied(&mut reading, &simple(&[0])).changes).collect();
    reading.found[0].fields.insert("interface".into(), "lan,opt0,opt7".into());
    let back = undo(&steps, &reading, &[]);
    assert!(back.changed_since.is_empty(), "a list of the settings may grow: {back:?}");
    let settings = back.changes.iter().find(|(_, it)| it.kind == Kind::DnsmasqSettings).unwrap();
    assert_eq!(settings.1.after.as_ref().unwrap()["interface"], "lan,opt7", "what others added stays");
    let boot = reading.found.iter_mut().find(|it| it.kind == Kind::Boot).unwrap();
    boot.fields.insert("filename".into(), "by-hand.efi".into());
    let back = undo(&steps, &reading, &[]);
    assert_eq!(back.changed_since, ["filename of boot b0 was changed since"]);
    assert!(back.changes.iter().any(|(_, it)| it.action == Action::Delete && it.kind == Kind::Boot));
}

#[test]
fn what_others_refer_to_is_not_removed_under_them() {
    let mut reading = somebody_elses(0);
    applied(&mut reading, &simple(&[0]));
    let tag = reading.of(Kind::Tag).next().unwrap().id.unwrap();
    let theirs =
        fields([("filename", "theirs.efi".to_owned()), ("tag", format!("{},{tag}", Uuid::from_u128(9)))]);
    reading.found.push(Found { kind: Kind::Boot, id: Some(Uuid::from_u128(8)), fields: theirs });
    let (known, pending) = (Known::new(), BTreeSet::new());
    let basis = Basis { site: &SITE, known: &known, pending: &pending };
    let plan = make(basis, &reading, Wanted::default());
    assert_eq!(plan.conflicts.len(), 1, "{:?}", plan.conflicts);
    assert!(plan.conflicts[0].because.contains("theirs.efi"), "{:?}", plan.conflicts);
}
