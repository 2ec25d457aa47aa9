//! Tickets in a real database: used once, refused loudly but not without end, forgotten in time.

use std::net::IpAddr;
use std::time::Duration;

use crate::site::{MAC, NOW, Site};
use boot::tickets::{self, Purpose, Ticket, TicketError, TicketKey};
use events::Kind;
use inventory::Timestamp;
use store::{Store, StoreError};

fn key() -> TicketKey {
    TicketKey::new([7; 32])
}

fn source(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

fn ticket(purpose: Purpose) -> Ticket {
    let token = key().mint(purpose, MAC, source(7), NOW, tickets::DEFAULT_LIFE).unwrap();
    key().verify(token.reveal(), purpose, source(7), NOW).unwrap()
}

async fn redeem(store: &Store, ticket: &Ticket, holder: &str, at: Timestamp) -> Result<(), TicketError> {
    let (ticket, holder) = (ticket.clone(), holder.to_owned());
    store.write(move |tx| Box::pin(async move { tickets::redeem(tx, &ticket, &holder, at).await })).await
}

async fn refused(store: &Store, from: IpAddr, error: TicketError, at: Timestamp) -> bool {
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { tickets::refused(tx, from, &error, at).await })
        })
        .await
        .unwrap()
}

fn later(secs: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(secs))
}

#[tokio::test]
async fn an_enrolment_is_given_once_and_to_the_same_agent_again() {
    let site = Site::new().await;
    let ticket = ticket(Purpose::Enrol);
    redeem(&site.store, &ticket, "hash-of-a-key", NOW).await.unwrap();
    redeem(&site.store, &ticket, "hash-of-a-key", later(1700)).await.unwrap();
    let error = redeem(&site.store, &ticket, "hash-of-another", later(1)).await.unwrap_err();
    assert!(matches!(error, TicketError::Replayed { mac: MAC }), "{error}");
    // Each ticket counts for itself.
    redeem(&site.store, &self::ticket(Purpose::Enrol), "hash-of-another", NOW).await.unwrap();
}

#[tokio::test]
async fn a_document_may_be_fetched_again_for_two_minutes() {
    for purpose in [Purpose::Kickstart, Purpose::Ignition] {
        let site = Site::new().await;
        let ticket = ticket(purpose);
        for (holder, at, given) in
            [("10.0.0.7", 0, true), ("10.0.0.7", 120, true), ("10.0.0.8", 1, false), ("10.0.0.7", 121, false)]
        {
            let answer = redeem(&site.store, &ticket, holder, later(at)).await;
            assert_eq!(answer.is_ok(), given, "{purpose} {holder} {at}");
        }
    }
}

#[tokio::test]
async fn a_use_that_is_undone_was_none() {
    let site = Site::new().await;
    let ticket = ticket(Purpose::Enrol);
    let inner = ticket.clone();
    let undone: Result<(), TicketError> = site
        .store
        .write(move |tx| {
            Box::pin(async move {
                tickets::redeem(tx, &inner, "first", NOW).await?;
                Err(TicketError::Forged)
            })
        })
        .await;
    assert!(undone.is_err());
    redeem(&site.store, &ticket, "second", NOW).await.unwrap();
}

#[tokio::test]
async fn used_tickets_are_remembered_until_long_after_they_expired() {
    let site = Site::new().await;
    let ticket = ticket(Purpose::Enrol);
    redeem(&site.store, &ticket, "first", NOW).await.unwrap();
    let sweep = async |at| {
        site.store
            .write::<_, StoreError, _>(move |tx| Box::pin(async move { tickets::sweep(tx, at).await }))
            .await
            .unwrap();
    };
    sweep(later(3600)).await;
    assert!(redeem(&site.store, &ticket, "second", NOW).await.is_err());
    sweep(later(26 * 3600)).await;
    assert!(redeem(&site.store, &ticket, "second", NOW).await.is_ok());
}

#[tokio::test]
async fn refusals_are_told_once_a_minute_an_address_and_say_how_many_were_not() {
    let site = Site::new().await;
    let wrong = || TicketError::WrongAddress { mac: MAC, expected: source(7), actual: source(9) };
    for (at, told) in [(0, true), (1, false), (59, false), (61, true), (62, false)] {
        assert_eq!(refused(&site.store, source(9), wrong(), later(at)).await, told, "{at}");
    }
    assert!(refused(&site.store, source(8), TicketError::Forged, later(62)).await);
    let events = events::after(site.store.readers(), 0, 10).await.unwrap();
    assert!(events.iter().all(|event| event.kind == Kind::TicketRefused));
    assert_eq!(
        events.iter().map(|event| event.key.as_str()).collect::<Vec<_>>(),
        ["10.0.0.9", "10.0.0.9", "10.0.0.8"]
    );
    assert!(events[1].summary.contains("made for 10.0.0.7 and came from 10.0.0.9"), "{}", events[1].summary);
    assert!(events[1].summary.contains("2 more"), "{}", events[1].summary);
    assert_eq!(events[1].data["mac"], MAC.to_string());
    assert_eq!(events[2].data["why"], "forged");
}

#[tokio::test]
async fn a_storm_of_addresses_writes_a_bounded_number_of_events() {
    let site = Site::new().await;
    for last in 0..=255 {
        refused(&site.store, source(last), TicketError::Forged, later(u64::from(last) / 10)).await;
    }
    assert_eq!(events::after(site.store.readers(), 0, 300).await.unwrap().len(), 30);
    assert!(refused(&site.store, source(255), TicketError::Forged, later(100)).await);
}
