//! What a ticket is good for, and that a changed one is good for nothing.

use super::*;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_795_257_600_000);
const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]);

fn key() -> TicketKey {
    TicketKey::new([7; 32])
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn minted(purpose: Purpose, source: &str) -> Token {
    key().mint(purpose, MAC, address(source), NOW, Duration::from_secs(60)).unwrap()
}

#[test]
fn a_ticket_is_good_for_its_purpose_its_address_and_its_time() {
    let token = minted(Purpose::Enrol, "10.0.0.7");
    let verify = |purpose, source, at| key().verify(token.reveal(), purpose, address(source), at);
    let last = NOW.plus(Duration::from_millis(59_999));
    for (purpose, source, at, refused) in [
        (Purpose::Enrol, "10.0.0.7", NOW, None),
        (Purpose::Enrol, "::ffff:10.0.0.7", last, None),
        (Purpose::Enrol, "10.0.0.7", NOW.plus(Duration::from_secs(60)), Some("expired")),
        (Purpose::Enrol, "10.0.0.8", NOW, Some("wrong-address")),
        (Purpose::Enrol, "::1", NOW, Some("wrong-address")),
        (Purpose::Kickstart, "10.0.0.7", NOW, Some("wrong-purpose")),
        (Purpose::Ignition, "10.0.0.7", NOW, Some("wrong-purpose")),
        (Purpose::Node, "10.0.0.7", NOW, Some("wrong-purpose")),
    ] {
        let answer = verify(purpose, source, at);
        assert_eq!(answer.as_ref().err().map(TicketError::as_str), refused, "{purpose} {source} {at:?}");
        if let Ok(ticket) = answer {
            assert_eq!((ticket.mac, ticket.source), (MAC, address("10.0.0.7")));
        }
    }
    let six = minted(Purpose::Kickstart, "fd00::7");
    assert!(key().verify(six.reveal(), Purpose::Kickstart, address("fd00::7"), NOW).is_ok());
}

#[test]
fn every_purpose_is_another() {
    for purpose in Purpose::ALL {
        let token = minted(purpose, "10.0.0.7");
        for asked in Purpose::ALL {
            let answer = key().verify(token.reveal(), asked, address("10.0.0.7"), NOW);
            assert_eq!(answer.is_ok(), asked == purpose, "{purpose} for {asked}");
        }
    }
}

#[test]
fn a_ticket_of_an_installation_says_which_and_may_be_good_from_anywhere() {
    let life = Duration::from_secs(60);
    let bound = key().mint_of(7, Purpose::Node, MAC, address("10.0.0.7"), NOW, life).unwrap();
    let ticket = key().verify(bound.reveal(), Purpose::Node, address("10.0.0.7"), NOW).unwrap();
    assert_eq!((ticket.generation, ticket.source), (7, address("10.0.0.7")));
    let free = key().mint_of(7, Purpose::Progress, MAC, ANYWHERE, NOW, life).unwrap();
    for from in ["10.0.0.7", "192.0.2.9", "fd00::1"] {
        assert!(key().verify(free.reveal(), Purpose::Progress, address(from), NOW).is_ok(), "{from}");
    }
    let late = key().verify(free.reveal(), Purpose::Progress, address("10.0.0.7"), NOW.plus(life));
    assert!(matches!(late, Err(TicketError::Expired { .. })));
}

#[test]
fn another_servers_ticket_is_forged() {
    let token = minted(Purpose::Enrol, "10.0.0.7");
    let other = TicketKey::new([8; 32]);
    assert!(matches!(
        other.verify(token.reveal(), Purpose::Enrol, address("10.0.0.7"), NOW),
        Err(TicketError::Forged)
    ));
}

#[test]
fn the_hmac_is_that_of_rfc_2104() {
    let plain = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; 32]).unwrap().chain_update(b"body");
    assert_eq!(key().tagged(b"body").finalize().into_bytes(), plain.finalize().into_bytes());
}

#[test]
fn only_the_first_six_characters_show() {
    let token = minted(Purpose::Enrol, "10.0.0.7");
    for shown in [format!("{token}"), format!("{token:?}"), format!("{:?}", Some(&token))] {
        assert!(shown.contains(&token.reveal()[..6]), "{shown}");
        assert!(!shown.contains(&token.reveal()[6..12]), "{shown}");
    }
    assert_eq!(format!("{:?}", key()), "TicketKey(…)");
}

proptest! {
    #[test]
    fn a_changed_ticket_is_refused(at in 0..LEN, bit in 0..8_u32) {
        let token = minted(Purpose::Enrol, "10.0.0.7");
        let mut bytes = URL_SAFE_NO_PAD.decode(token.reveal()).unwrap();
        bytes[at] ^= 1 << bit;
        let changed = URL_SAFE_NO_PAD.encode(bytes);
        let answer = key().verify(&changed, Purpose::Enrol, address("10.0.0.7"), NOW);
        prop_assert!(matches!(answer, Err(TicketError::Forged)));
    }

    #[test]
    fn a_changed_character_is_refused(at in 0..LEN * 4 / 3, with in "[A-Za-z0-9_-]") {
        let text = minted(Purpose::Enrol, "10.0.0.7").reveal().to_owned();
        let mut changed = text.clone();
        changed.replace_range(at..=at, &with);
        prop_assume!(changed != text);
        let answer = key().verify(&changed, Purpose::Enrol, address("10.0.0.7"), NOW);
        prop_assert!(matches!(answer, Err(TicketError::Forged)));
    }

    #[test]
    fn any_other_string_is_forged(text in any::<String>()) {
        let answer = key().verify(&text, Purpose::Enrol, address("10.0.0.7"), NOW);
        prop_assert!(matches!(answer, Err(TicketError::Forged)));
    }
}
