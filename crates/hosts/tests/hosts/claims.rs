//! What becomes of claims.

use events::Kind;
use hosts::{EnrolError, EnrolOutcome, Enrolled, HostError, MAX_OPEN_CLAIMS, Proof, Taken, Verdict};
use inventory::Id;
use inventory::sections::Board;

use crate::machine::Machine;
use crate::site::{SILENCE, Site, site};

impl Site {
    async fn settle(&self, claim: &Id, verdict: Verdict) -> Result<(), HostError> {
        let (id, now) = (claim.clone(), self.now());
        self.write(move |tx| {
            Box::pin(async move { hosts::settle_claim(tx, &id, verdict, "anna", now).await })
        })
        .await
    }
}

#[tokio::test]
async fn the_same_claim_again_is_counted_and_rings_once() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let again = machine.rebooted();
    let first = site.claimed(&again, Proof::None, &host).await;
    site.pass(SILENCE);
    let second = site.claimed(&again, Proof::None, &host).await;
    assert_eq!((&second.id, second.times), (&first.id, 2));
    assert_eq!((second.first_at, second.last_at), (first.first_at, site.now()));
    let events = site.events(Kind::ClaimMade).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].key.as_str(), events[0].host.as_ref()), (first.id.as_str(), Some(&host)));
    assert!(events[0].summary.starts_with("an enrolment from 10.0.0.7 that does not fit dell-svc0001: "));
    assert!(!serde_json::to_string(&second).unwrap().contains(&again.key.reveal()), "no key in a claim");
}

#[tokio::test]
async fn an_accepted_claim_gives_its_key_a_voice() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    // A new board: another UUID, another board serial number, and no ticket.
    let repaired = machine.rebooted().with(|m| {
        m.system.uuid = Some("4c4c4544-0048-5110-804a-c6c04f590099".into());
        m.macs = vec!["3c:ec:ef:00:09:01", m.macs[1]];
    });
    let claim = site.claimed(&repaired, Proof::None, &host).await;
    assert!(claim.reason.contains("its uuid is 4c4c4544-0048-5110-804a-c6c04f590099"), "{}", claim.reason);
    site.settle(&claim.id, Verdict::Accepted).await.unwrap();
    assert_eq!(site.speaks_for(&repaired).await, Some(host.clone()));
    assert_eq!(site.speaks_for(&machine).await, None);
    site.enrolled(&repaired, Proof::None, Enrolled::Known).await;
    assert!(matches!(site.report(&host, &repaired).await.unwrap(), Taken::Applied { .. }));
    assert_eq!(site.by_mac("3c:ec:ef:00:09:01").await, Some(host.clone()));
    let settled = site.events(Kind::ClaimSettled).await;
    assert_eq!(settled[0].key, claim.id.as_str());
    assert_eq!(settled[0].summary, "anna settled a claim on dell-svc0001: it is this host");
    assert!(matches!(site.settle(&claim.id, Verdict::Dismissed).await, Err(HostError::AlreadySettled(_))));
    let nothing: Id = "nothing".parse().unwrap();
    assert!(matches!(site.settle(&nothing, Verdict::Dismissed).await, Err(HostError::NoClaim(_))));
}

#[tokio::test]
async fn a_machine_that_an_operator_tells_apart_enrols_as_its_own() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    site.pass(SILENCE);
    let uuid = machine.system.uuid.clone();
    let other = Machine::server(2).with(|m| m.system.uuid = uuid);
    let claim = site.claimed(&other, Proof::None, &host).await;
    site.settle(&claim.id, Verdict::Separate).await.unwrap();
    let own = site.enrolled(&other, Proof::None, Enrolled::New).await;
    assert_ne!(own.id, host);
    site.report(&host, &machine).await.unwrap();
    site.report(&own.id, &other).await.unwrap();
    let again = machine.rebooted();
    assert_eq!(site.enrolled(&again, Proof::Ticket { mac: machine.mac() }, Enrolled::Rekeyed).await.id, host);
    assert_eq!(site.enrolled(&other.rebooted(), Proof::None, Enrolled::Rekeyed).await.id, own.id);
}

#[tokio::test]
async fn a_dismissed_claim_stays_dismissed() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let again = machine.rebooted();
    let claim = site.claimed(&again, Proof::None, &host).await;
    site.settle(&claim.id, Verdict::Dismissed).await.unwrap();
    let said_again = site.claimed(&again, Proof::None, &host).await;
    assert_eq!((said_again.id, said_again.times), (claim.id.clone(), 2));
    assert_eq!(said_again.settled.unwrap().verdict, Verdict::Dismissed);
    assert_eq!(site.events(Kind::ClaimMade).await.len(), 1);
    let open = hosts::claims(site.store.readers(), None, false, 100).await.unwrap();
    assert!(open.is_empty());
}

#[tokio::test]
async fn a_flood_of_claims_is_bounded() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    for _ in 0..MAX_OPEN_CLAIMS {
        site.claimed(&machine.rebooted(), Proof::None, &host).await;
    }
    let refused = site.enrol(&machine.rebooted(), Proof::None).await.unwrap_err();
    assert!(matches!(refused, EnrolError::TooManyClaims { limit: MAX_OPEN_CLAIMS, .. }), "{refused}");
    let open = hosts::claims(site.store.readers(), Some(&host), false, 100).await.unwrap();
    assert_eq!(open.len(), MAX_OPEN_CLAIMS as usize);
    site.settle(&open[0].id, Verdict::Dismissed).await.unwrap();
    assert!(matches!(site.enrol(&machine.rebooted(), Proof::None).await, Ok(EnrolOutcome::Claim { .. })));
}

#[tokio::test]
async fn an_accepted_key_that_became_another_hosts_is_refused() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let again = machine.rebooted();
    let claim = site.claimed(&again, Proof::None, &host).await;
    let key = again.key.clone();
    site.known(&Machine::server(2).with(|m| m.key = key)).await;
    assert!(matches!(site.settle(&claim.id, Verdict::Accepted).await, Err(HostError::KeyInUse(_))));
    assert_eq!(site.speaks_for(&machine).await, Some(host));
}

#[tokio::test]
async fn a_long_claim_is_kept_short() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let long = machine.rebooted().with(|m| {
        m.system.board = Some(Board { serial: Some("x".repeat(8000)), ..Board::default() });
        m.macs.extend(std::iter::repeat_n("3c:ec:ef:00:09:09", 1000));
    });
    let claim = site.claimed(&long, Proof::None, &host).await;
    assert!(serde_json::to_string(&claim).unwrap().len() < 20_000);
}
