//! Every way in which an agent may say its first word.

use events::Kind;
use hosts::{EnrolError, Enrolled, IntakeLimits, Proof, State, Strength};

use crate::machine::Machine;
use crate::site::{SILENCE, site};

const M2: &str = "3c:ec:ef:00:02:01";

fn ticket(mac: &str) -> Proof {
    Proof::Ticket { mac: mac.parse().unwrap() }
}

#[tokio::test]
async fn a_machine_that_nobody_knows_becomes_a_host_that_is_given_nothing() {
    for proof in [Proof::None, Proof::Ticket { mac: Machine::server(1).mac() }] {
        let site = site().await;
        let machine = Machine::server(1);
        let host = site.enrolled(&machine, proof, Enrolled::New).await;
        assert_eq!(
            (host.name.as_str(), host.state, host.approved),
            ("dell-svc0001", State::Discovered, false)
        );
        assert_eq!(host.last_seen_at, None, "an enrolment is no word of the agent's yet");
        assert_eq!(site.speaks_for(&machine).await, Some(host.id.clone()));
        for mac in &machine.macs {
            assert_eq!(site.by_mac(mac).await, Some(host.id.clone()));
        }
        let events = site.events(Kind::HostDiscovered).await;
        assert_eq!(events[0].summary, "dell-svc0001 enrolled from 10.0.0.7");
        assert_eq!(site.host(&host.id).await.address.as_deref(), Some("10.0.0.7"));
    }
}

#[tokio::test]
async fn the_same_word_again_is_the_same_host() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    assert_eq!(site.enrolled(&machine, Proof::None, Enrolled::Known).await.id, host);
    site.approve(&host).await;
    assert_eq!(site.enrolled(&machine, Proof::None, Enrolled::Known).await.id, host, "its key is its proof");
    assert_eq!(site.enrolled(&machine, ticket(machine.macs[1]), Enrolled::Known).await.id, host);
    assert!(site.events(Kind::HostRekeyed).await.is_empty());
    assert_eq!(site.count_hosts().await, 1);
}

#[tokio::test]
async fn a_host_that_nobody_approved_takes_a_new_key_and_forgets_the_old_one() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.known(&machine).await;
    let again = machine.rebooted();
    assert_eq!(site.enrolled(&again, Proof::None, Enrolled::Rekeyed).await.id, host);
    assert_eq!(site.speaks_for(&again).await, Some(host.clone()));
    assert_eq!(site.speaks_for(&machine).await, None);
    let events = site.events(Kind::HostRekeyed).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].summary, "dell-svc0001 speaks with a new key, from 10.0.0.7, without a ticket");
}

#[tokio::test]
async fn an_approved_host_takes_a_new_key_by_a_ticket_for_one_of_its_addresses_only() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let again = machine.rebooted();
    let claim = site.claimed(&again, Proof::None, &host).await;
    assert!(claim.reason.contains("no ticket"), "{}", claim.reason);
    // A machine that got a ticket for its own card and says it is the approved one.
    let mut liar = machine.rebooted();
    liar.macs.insert(0, M2);
    let claim = site.claimed(&liar, ticket(M2), &host).await;
    assert!(claim.reason.contains(M2), "{}", claim.reason);
    assert_eq!(site.speaks_for(&machine).await, Some(host.clone()), "the key that it had still stands");
    assert_eq!(site.by_mac(M2).await, None, "a claim gives nothing");

    let booted = machine.rebooted();
    assert_eq!(site.enrolled(&booted, ticket(machine.macs[1]), Enrolled::Rekeyed).await.id, host);
    assert_eq!(site.speaks_for(&machine).await, None);
    let known = site.host(&host).await;
    assert!(known.approved && known.state == State::Ready, "it stays what it was");
}

#[tokio::test]
async fn an_approved_hosts_uuid_and_addresses_in_another_machine_are_a_claim() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let before = (site.host(&host).await, hosts::identifiers(site.store.readers(), &host).await.unwrap());
    let uuid = machine.system.uuid.clone();
    let forged = Machine::server(2).with(|m| m.system.uuid = uuid);
    site.claimed(&forged, Proof::None, &host).await;
    let all_its_cards = Machine::server(2).with(|m| m.macs.clone_from(&machine.macs));
    site.claimed(&all_its_cards, Proof::None, &host).await;
    site.claimed(&all_its_cards, ticket(machine.macs[0]), &host).await;
    assert_eq!(site.events(Kind::ClaimMade).await.len(), 2, "a ticket does not make another claim of it");
    let after = (site.host(&host).await, hosts::identifiers(site.store.readers(), &host).await.unwrap());
    assert_eq!(after, before, "nothing of the host was touched");
    assert_eq!(site.count_hosts().await, 1);
}

#[tokio::test]
async fn a_stranger_that_shows_one_address_of_an_approved_host_takes_nothing_from_it() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let stolen = machine.macs[0];
    let stranger = Machine::server(2).with(|m| m.macs.push(stolen));
    let other = site.enrolled(&stranger, ticket(M2), Enrolled::New).await.id;
    assert_ne!(other, host);
    assert_eq!(site.by_mac(stolen).await, Some(host.clone()), "the approved one still boots as itself");
    let shown = hosts::identifiers(site.store.readers(), &other).await.unwrap();
    assert!(shown.iter().any(|one| one.value == stolen && one.demoted));
    // Also when the approved one has been silent for long.
    site.pass(SILENCE);
    site.report(&other, &stranger).await.unwrap();
    assert_eq!(site.by_mac(stolen).await, Some(host.clone()));
    let booted = machine.rebooted();
    assert_eq!(site.enrolled(&booted, ticket(stolen), Enrolled::Rekeyed).await.id, host);
}

#[tokio::test]
async fn a_ticket_for_an_address_that_the_machine_does_not_have_is_refused() {
    let site = site().await;
    let refused = site.enrol(&Machine::server(1), ticket(M2)).await.unwrap_err();
    assert!(matches!(refused, EnrolError::ForeignTicket(mac) if mac.to_string() == M2), "{refused}");
    assert_eq!(site.count_hosts().await, 0);
}

#[tokio::test]
async fn who_can_not_be_told_from_others_is_refused() {
    let site = site().await;
    let nobody = Machine::lab("3c:ec:ef:00:00:01").with(|m| m.macs.clear());
    assert!(matches!(site.enrol(&nobody, Proof::None).await, Err(EnrolError::NoIdentity)));
    let junk = Machine::server(1).with(|m| {
        m.macs.clear();
        m.system.uuid = Some("03000200-0400-0500-0006-000700080009".into());
        m.system.serial = Some("To Be Filled By O.E.M.".into());
        m.system.board = None;
    });
    assert!(matches!(site.enrol(&junk, Proof::None).await, Err(EnrolError::NoIdentity)));
}

#[tokio::test]
async fn machines_that_share_junk_are_hosts_of_their_own() {
    let site = site().await;
    let junk = |n| {
        Machine::server(n).with(|m| {
            m.system.uuid = Some("03000200-0400-0500-0006-000700080009".into());
            m.system.serial = Some("Default string".into());
            m.system.board = None;
        })
    };
    let (one, two) = (site.known(&junk(1)).await, site.known(&junk(2)).await);
    assert_ne!(one, two);
    assert_eq!(site.enrolled(&junk(1), Proof::None, Enrolled::Rekeyed).await.id, one);
    assert_eq!(site.enrolled(&junk(2), Proof::None, Enrolled::Rekeyed).await.id, two);
}

#[tokio::test]
async fn junk_that_no_list_knows_is_found_out_when_two_live_machines_show_it() {
    let site = site().await;
    let uuid = "deadbeef-0000-4000-8000-00000000cafe";
    let shared = |n| Machine::server(n).with(|m| m.system.uuid = Some(uuid.into()));
    let mut all = Vec::new();
    for n in [1, 2, 3] {
        all.push(site.known(&shared(n)).await);
    }
    for (n, host) in (1..).zip(&all) {
        let shown = hosts::identifiers(site.store.readers(), host).await.unwrap();
        let demoted: Vec<_> = shown.iter().filter(|one| one.demoted).map(|one| one.value.as_str()).collect();
        assert_eq!(demoted, [uuid], "number {n}");
        assert_eq!(site.enrolled(&shared(n), Proof::None, Enrolled::Rekeyed).await.id, *host);
    }
    assert_eq!(site.count_hosts().await, 3);
}

#[tokio::test]
async fn a_living_approved_host_and_a_newcomer_with_its_uuid_are_two_machines() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let uuid = machine.system.uuid.clone();
    let twin = Machine::server(2).with(|m| m.system.uuid = uuid);
    let other = site.enrolled(&twin, ticket(M2), Enrolled::New).await;
    assert_ne!(other.id, host);
    assert_eq!(site.enrolled(&twin.rebooted(), Proof::None, Enrolled::Rekeyed).await.id, other.id);
    let shown = hosts::identifiers(site.store.readers(), &host).await.unwrap();
    assert!(shown.iter().all(|one| !one.demoted && one.current), "the approved one's identity stands");

    site.pass(SILENCE);
    let uuid = machine.system.uuid.clone();
    let third = Machine::server(3).with(|m| m.system.uuid = uuid);
    site.claimed(&third, Proof::Ticket { mac: third.mac() }, &host).await;
}

#[tokio::test]
async fn a_lab_machine_is_recognised_by_its_card_alone() {
    let site = site().await;
    let machine = Machine::lab("52:54:00:12:34:56");
    let host = site.enrolled(&machine, Proof::None, Enrolled::New).await;
    assert_eq!(host.name, "host-123456");
    let again = machine.rebooted().with(|m| m.macs.push("52:54:00:12:34:57"));
    assert_eq!(site.enrolled(&again, Proof::None, Enrolled::Rekeyed).await.id, host.id);
    let other = site.enrolled(&Machine::lab("52:54:00:ff:00:01"), Proof::None, Enrolled::New).await;
    assert_ne!(other.id, host.id);
    site.approve(&host.id).await;
    let booted = machine.rebooted();
    assert_eq!(site.enrolled(&booted, ticket("52:54:00:12:34:56"), Enrolled::Rekeyed).await.id, host.id);
    let shown = hosts::identifiers(site.store.readers(), &host.id).await.unwrap();
    assert!(shown.iter().all(|one| one.strength == Strength::Weak));
    assert!(shown.iter().any(|one| one.proven_at == Some(site.now())));
}

#[tokio::test]
async fn a_card_that_was_put_into_another_machine_goes_with_it() {
    let site = site().await;
    let (mut one, mut two) = (Machine::server(1), Machine::server(2));
    let (giver, taker) = (site.approved(&one).await, site.approved(&two).await);
    let card = one.macs[0];
    site.pass(SILENCE);
    two.macs.push(card);
    site.report(&taker, &two).await.unwrap();
    assert_eq!(site.by_mac(card).await, Some(taker.clone()));
    one.macs.remove(0);
    site.report(&giver, &one).await.unwrap();
    assert_eq!(site.by_mac(card).await, Some(taker));
    assert_eq!(site.by_mac(one.macs[0]).await, Some(giver));
}

#[tokio::test]
async fn an_address_that_two_live_hosts_show_is_nobodys() {
    let site = site().await;
    let dongle = "3c:ec:ef:00:0f:0f";
    for n in [1, 2] {
        site.known(&Machine::server(n).with(|m| m.macs.push(dongle))).await;
    }
    assert_eq!(site.by_mac(dongle).await, None);
}

#[tokio::test]
async fn a_copied_disk_does_not_make_another_machine_of_it() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let other = site.known(&Machine::server(2)).await;
    // Its key in a machine that nobody knows, and in one that is known.
    let key = machine.key.clone();
    let copy = Machine::server(3).with(|m| m.key = key.clone());
    match site.enrol(&copy, Proof::None).await.unwrap() {
        hosts::EnrolOutcome::Claim { host: on, .. } => assert_eq!(on, host),
        enrolled => panic!("{enrolled:?}"),
    }
    let copy = Machine::server(2).with(|m| m.key = key);
    assert!(matches!(site.enrol(&copy, Proof::None).await, Err(EnrolError::KeyInUse)));
    assert_eq!(site.speaks_for(&machine).await, Some(host));
    assert_eq!(site.speaks_for(&Machine::server(2)).await, None);
    assert!(site.host(&other).await.enrolled);
}

#[tokio::test]
async fn strangers_are_counted_and_the_known_still_come_in() {
    let mut site = site().await;
    site.limits = IntakeLimits { unapproved_hosts: 2 };
    let (one, two) = (Machine::server(1), Machine::server(2));
    let host = site.known(&one).await;
    site.known(&two).await;
    let refused = site.boot(&Machine::server(3)).await.unwrap_err();
    assert!(matches!(refused, EnrolError::TooManyUnapproved { limit: 2 }), "{refused}");
    site.enrolled(&one.rebooted(), Proof::None, Enrolled::Rekeyed).await;
    site.approve(&host).await;
    site.known(&Machine::server(3)).await;
}

#[tokio::test]
async fn hosts_that_would_have_one_name_get_numbers() {
    let site = site().await;
    let mut names = Vec::new();
    for n in [1, 2, 3] {
        let machine = Machine::server(n).with(|m| m.hostname = Some("node"));
        let named = machine.clone().with(|m| m.hostname = Some("web"));
        names.push(
            site.enrolled(if n == 3 { &machine } else { &named }, Proof::None, Enrolled::New).await.name,
        );
    }
    assert_eq!(names, ["web", "web-2", "dell-svc0003"]);
}
