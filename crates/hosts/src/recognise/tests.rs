//! Every way in which a machine may meet what is known.

use proptest::prelude::*;

use super::*;

fn one(kind: IdentifierKind, value: &str, strength: Strength) -> Identifier {
    Identifier { kind, value: value.to_owned(), strength }
}

/// Written as `uuid:U1 serial:dell|r640|S1 board:B1 chassis:C1 mac:3c:… weak:52:…`.
fn identifiers(text: &str) -> Vec<Identifier> {
    let read = |word: &str| {
        let (kind, value) = word.split_once(':').unwrap();
        match kind {
            "uuid" => one(IdentifierKind::Uuid, value, Strength::Strong),
            "serial" => one(IdentifierKind::SystemSerial, value, Strength::Strong),
            "board" => one(IdentifierKind::BoardSerial, value, Strength::Medium),
            "chassis" => one(IdentifierKind::ChassisSerial, value, Strength::Weak),
            "mac" => one(IdentifierKind::Mac, value, Strength::Medium),
            "weak" => one(IdentifierKind::Mac, value, Strength::Weak),
            other => panic!("{other}"),
        }
    };
    text.split_whitespace().map(read).collect()
}

/// As [`identifiers`]; `-` before one means that the host showed it once and no longer, `!` that it is demoted.
fn host(name: &str, approved: bool, known: &str) -> Candidate {
    let read = |word: &str| KnownIdentifier {
        current: !word.starts_with('-'),
        demoted: word.starts_with('!'),
        identifier: identifiers(word.trim_start_matches(['-', '!'])).remove(0),
    };
    Candidate { host: name.parse().unwrap(), approved, known: known.split_whitespace().map(read).collect() }
}

const M1: &str = "3c:ec:ef:00:00:01";
const L1: &str = "52:54:00:00:00:01";

#[test]
fn what_agrees_and_what_contradicts() {
    let known = "known";
    let unknown = "unknown";
    let conflict = "conflict";
    for (what, said, shown, expected) in [
        ("one strong", "uuid:U1", "uuid:U1", known),
        ("one strong, another card", "uuid:U1 mac:M2", "uuid:U1 mac:M1", known),
        (
            "another disk controller, board swapped, serial re-entered",
            "serial:a|b|S1 board:B2 mac:M2",
            "serial:a|b|S1 board:B1 mac:M1",
            known,
        ),
        ("a strong one of long ago", "uuid:U1", "-uuid:U1", known),
        ("the maker renamed the product", "uuid:U1 serial:a|b-v2|S1", "uuid:U1 serial:a|b|S1", known),
        ("the serial number was filled in later", "uuid:U1 serial:a|b|S1", "uuid:U1", known),
        ("two medium", "mac:M1 mac:M2", "mac:M1 mac:M2", known),
        ("board and card", "board:B1 mac:M1", "board:B1 mac:M1", known),
        ("one medium", "mac:M1", "mac:M1", unknown),
        ("one medium and weak ones", "mac:M1 weak:L1 chassis:C1", "mac:M1 weak:L1 chassis:C1", unknown),
        ("nothing in common", "uuid:U1 mac:M1", "uuid:U2 mac:M2", unknown),
        ("weak ones only, the same", "weak:L1 weak:L2", "weak:L1 weak:L2", known),
        ("weak ones only, one more", "weak:L1 weak:L2", "weak:L1", known),
        ("weak ones only, one less", "weak:L1", "weak:L1 weak:L2", known),
        ("weak ones only, one other", "weak:L1 weak:L3", "weak:L1 weak:L2", unknown),
        ("weak ones, but it knows better now", "weak:L1 uuid:U1", "weak:L1", unknown),
        ("weak ones, but the host is known better", "weak:L1", "weak:L1 uuid:U1", unknown),
        ("weak ones, the host was known better once", "weak:L1", "weak:L1 -uuid:U1", unknown),
        ("weak ones and a demoted strong one", "weak:L1 uuid:U1", "weak:L1 !uuid:U1", known),
        ("another machine's UUID", "uuid:U2 serial:a|b|S1", "uuid:U1 serial:a|b|S1", conflict),
        ("another machine's serial number", "uuid:U1 serial:a|b|S2", "uuid:U1 serial:a|b|S1", conflict),
        ("its cards in another machine", "uuid:U2 mac:M1 mac:M2", "uuid:U1 mac:M1 mac:M2", conflict),
        ("one card of it in another machine", "uuid:U2 mac:M1", "uuid:U1 mac:M1", unknown),
        (
            "what it was before contradicts nothing",
            "uuid:U2 serial:a|b|S1",
            "-uuid:U1 uuid:U2 serial:a|b|S1",
            known,
        ),
        ("back to what it was before", "uuid:U1 serial:a|b|S1", "-uuid:U1 uuid:U2 serial:a|b|S1", known),
        ("a demoted one agrees with nobody", "uuid:U1", "!uuid:U1", unknown),
        ("and contradicts nobody", "uuid:U1 serial:a|b|S1", "!uuid:U1 uuid:U2 serial:a|b|S1", known),
        ("a different board", "board:B2 mac:M1 mac:M2", "board:B1 mac:M1 mac:M2", known),
        ("nothing said", "", "uuid:U1", unknown),
    ] {
        for approved in [true, false] {
            let found = match recognise(&identifiers(said), None, &[host("h", approved, shown)]) {
                Recognition::Unknown => unknown,
                Recognition::Known(_) => known,
                Recognition::Conflict { reason, .. } => {
                    assert!(reason.contains(" is "), "{reason}");
                    conflict
                }
            };
            assert_eq!(found, expected, "{what}");
        }
    }
}

#[test]
fn a_ticket_makes_the_address_that_it_proves_a_strong_one() {
    let proven = |mac: &str| Some(mac.parse().unwrap());
    let (medium, weak) = (format!("mac:{M1}"), format!("weak:{L1}"));
    let is = |said: &str, mac: &str, shown: &str| {
        recognise(&identifiers(said), proven(mac), &[host("h", true, shown)])
    };
    let known = Recognition::Known("h".parse().unwrap());
    assert_eq!(is(&medium, M1, &medium), known);
    assert_eq!(is(&format!("{weak} uuid:U1"), L1, &weak), known, "a lab machine that was given a UUID");
    assert_eq!(is(&medium, M1, &format!("-{medium}")), Recognition::Unknown, "the card left it");
    assert_eq!(is(&medium, M1, &format!("!{medium}")), Recognition::Unknown, "two machines have it");
    assert_eq!(is(&medium, L1, &medium), Recognition::Unknown, "the ticket is for another address");
    let other = is(&format!("{medium} uuid:U2"), M1, &format!("{medium} uuid:U1"));
    assert!(matches!(other, Recognition::Conflict { .. }), "a ticket does not outweigh a contradiction");
}

#[test]
fn of_several_hosts_the_one_that_agrees_most() {
    let said = identifiers("uuid:U1 serial:a|b|S1 mac:M1 mac:M2");
    let of = |hosts: &[Candidate]| recognise(&said, None, hosts);
    let known = |name: &str| Recognition::Known(name.parse().unwrap());
    let (a, b) = (host("a", true, "uuid:U1"), host("b", false, "uuid:U1 serial:a|b|S1"));
    assert_eq!(of(&[a.clone(), b.clone()]), known("b"), "two strong ones before one");
    let clash = host("c", true, "uuid:U1 serial:a|b|S9");
    assert_eq!(of(&[clash.clone(), b.clone()]), known("b"), "one that fits before one that clashes");
    let twin = host("d", false, "uuid:U1 serial:a|b|S1");
    assert_eq!(of(&[twin.clone(), b.clone()]), known("b"), "the one that was known first");
    let approved = Candidate { approved: true, ..twin };
    match of(&[b, approved]) {
        Recognition::Conflict { host, reason } => {
            assert_eq!((host.as_str(), reason.as_str()), ("d", "it fits 2 hosts equally well"));
        }
        other => panic!("{other:?}"),
    }
    match of(&[host("x", false, "uuid:U1 serial:a|b|S9"), clash]) {
        Recognition::Conflict { host, .. } => assert_eq!(host.as_str(), "c", "the approved one must be told"),
        other => panic!("{other:?}"),
    }
}

fn some_identifiers() -> impl Strategy<Value = Vec<Identifier>> {
    let word = prop::sample::select(vec![
        "uuid:U1",
        "uuid:U2",
        "serial:a|b|S1",
        "serial:a|b|S2",
        "board:B1",
        "mac:M1",
        "mac:M2",
        "weak:L1",
        "chassis:C1",
    ]);
    prop::collection::btree_set(word, 0..6)
        .prop_map(|words| identifiers(&words.into_iter().collect::<Vec<_>>().join(" ")))
}

fn that_shows(all: &[Identifier], demoted: bool) -> Candidate {
    let known =
        |identifier: &Identifier| KnownIdentifier { identifier: identifier.clone(), current: true, demoted };
    Candidate { host: "h".parse().unwrap(), approved: false, known: all.iter().map(known).collect() }
}

/// No machine has two UUIDs or two serial numbers.
fn of_one_machine(all: &[Identifier]) -> bool {
    let count = |kind| all.iter().filter(|one| one.kind == kind).count();
    count(IdentifierKind::Uuid) <= 1 && count(IdentifierKind::SystemSerial) <= 1
}

proptest! {
    #[test]
    fn a_machine_never_contradicts_itself(said in some_identifiers()) {
        let same = recognise(&said, None, &[that_shows(&said, false)]);
        let conflicts = matches!(same, Recognition::Conflict { .. });
        prop_assert!(!conflicts);
        let tells = said.iter().any(|one| one.strength == Strength::Strong);
        prop_assert!(!tells || same == Recognition::Known("h".parse().unwrap()));
    }

    #[test]
    fn who_shares_nothing_is_never_known(said in some_identifiers(), shown in some_identifiers()) {
        let shares = said.iter().any(|one| shown.contains(one));
        prop_assume!(!shares);
        prop_assert_eq!(recognise(&said, None, &[that_shows(&shown, false)]), Recognition::Unknown);
    }

    #[test]
    fn two_that_know_each_other_agree_from_both_sides(said in some_identifiers(), shown in some_identifiers()) {
        prop_assume!(of_one_machine(&said) && of_one_machine(&shown));
        let there = recognise(&said, None, &[that_shows(&shown, false)]);
        let back = recognise(&shown, None, &[that_shows(&said, false)]);
        prop_assert_eq!(std::mem::discriminant(&there), std::mem::discriminant(&back));
    }

    #[test]
    fn what_is_demoted_tells_nobody(said in some_identifiers()) {
        prop_assert_eq!(recognise(&said, None, &[that_shows(&said, true)]), Recognition::Unknown);
    }
}
