//! Identities as makers ship them.

use inventory::IdentityNic;
use proptest::prelude::*;

use super::*;

fn nic(mac: &str, usb: bool) -> IdentityNic {
    IdentityNic { mac: mac.parse().unwrap(), usb }
}

fn supermicro() -> Identity {
    Identity {
        system_uuid: Some("4C4C4544-0048-5110-804A-C6C04F594A32".into()),
        vendor: Some(" Supermicro ".into()),
        product: Some("SSG-6028R  OSD072P".into()),
        system_serial: Some("S212101X7A18218".into()),
        board_serial: Some("NM175S004964".into()),
        chassis_serial: Some("C8260FG11N50348".into()),
        nics: vec![
            nic("3c:ec:ef:00:00:01", false),
            nic("3c:ec:ef:00:00:02", true),
            nic("52:54:00:00:00:01", false),
        ],
    }
}

fn told(identity: &Identity) -> Vec<String> {
    identify(identity).iter().map(|one| format!("{} {} {}", one.kind, one.value, one.strength)).collect()
}

#[test]
fn each_identifier_has_its_strength_and_one_way_of_writing() {
    assert_eq!(
        told(&supermicro()),
        [
            "uuid 4c4c4544-0048-5110-804a-c6c04f594a32 strong",
            "system-serial supermicro|ssg-6028r osd072p|s212101x7a18218 strong",
            "board-serial supermicro|ssg-6028r osd072p|nm175s004964 medium",
            "chassis-serial supermicro|ssg-6028r osd072p|c8260fg11n50348 weak",
            "mac 3c:ec:ef:00:00:01 medium",
            "mac 3c:ec:ef:00:00:02 weak",
            "mac 52:54:00:00:00:01 weak",
        ]
    );
    let mut shouted = supermicro();
    shouted.vendor = Some("SUPERMICRO".into());
    shouted.system_uuid = Some("4c4c454400485110804ac6c04f594a32".into());
    assert_eq!(told(&shouted), told(&supermicro()));
}

#[test]
fn without_maker_or_product_a_serial_number_is_worth_less() {
    let bare = Identity { vendor: Some("System manufacturer".into()), nics: vec![], ..supermicro() };
    assert_eq!(
        told(&bare)[1..],
        [
            "system-serial s212101x7a18218 medium",
            "board-serial nm175s004964 weak",
            "chassis-serial c8260fg11n50348 weak"
        ]
    );
    let short = Identity { vendor: Some("HP".into()), nics: vec![], ..supermicro() };
    assert!(told(&short)[1].starts_with("system-serial hp|"), "HP is a maker");
}

#[test]
fn junk_is_dropped() {
    let junk = Identity {
        system_uuid: Some("03000200-0400-0500-0006-000700080009".into()),
        vendor: Some("To Be Filled By O.E.M.".into()),
        product: Some("To Be Filled By O.E.M.".into()),
        system_serial: Some("To Be Filled By O.E.M.".into()),
        board_serial: Some("Default string".into()),
        chassis_serial: Some("0123456789".into()),
        nics: vec![
            nic("00:00:00:00:00:00", false),
            nic("ff:ff:ff:ff:ff:ff", false),
            nic("01:80:c2:00:00:0e", false),
        ],
    };
    assert!(told(&junk).is_empty());
    for broken in
        ["", "not a uuid", "4c4c4544-0048-5110-804a-c6c04f594a3", "../../etc/passwd", &"a".repeat(9000)]
    {
        let identity = Identity { system_uuid: Some(broken.to_owned()), ..Identity::default() };
        assert!(told(&identity).is_empty(), "{broken}");
    }
}

#[test]
fn a_uuid_that_hides_a_mac_is_weak() {
    let of = |uuid: &str, mac: &str| {
        let identity = Identity {
            system_uuid: Some(uuid.to_owned()),
            nics: vec![nic(mac, false)],
            ..Identity::default()
        };
        identify(&identity).into_iter().find(|one| one.kind == IdentifierKind::Uuid).unwrap().strength
    };
    let mac = "ac:1f:6b:05:e5:96";
    assert_eq!(of("00000000-0000-0000-0000-AC1F6B05E596", "3c:ec:ef:00:00:01"), Strength::Weak, "Supermicro");
    assert_eq!(of("080020FF-FFFF-FFFF-FFFF-AC1F6B05E596", "3c:ec:ef:00:00:01"), Strength::Weak, "Oracle");
    assert_eq!(of("c0ffee00-1234-11ee-8001-ac1f6b05e596", mac), Strength::Weak, "one of its own");
    assert_eq!(of("c0ffee00-1234-11ee-8001-ac1f6b05e596", "3c:ec:ef:00:00:01"), Strength::Strong);
}

#[test]
fn a_serial_number_contradicts_another_and_a_product_name_does_not() {
    let serial = |value: &str, strength| Identifier {
        kind: IdentifierKind::SystemSerial,
        value: value.into(),
        strength,
    };
    let strong = |value| serial(value, Strength::Strong);
    assert!(strong("a|b|s1").contradicts(&strong("a|b|s2")));
    assert!(!strong("a|b|s1").contradicts(&strong("a|b v2|s1")));
    assert!(!strong("a|b|s1").contradicts(&serial("s2", Strength::Medium)));
}

#[test]
fn a_flood_of_cards_is_bounded() {
    let nics = (0..4096_u32).map(|n| IdentityNic {
        mac: MacAddr::new([0x3c, 0xec, 0xef, 0, (n >> 8) as u8, n as u8]),
        usb: false,
    });
    assert_eq!(identify(&Identity { nics: nics.collect(), ..Identity::default() }).len(), MAX_NICS);
}

proptest! {
    #[test]
    fn whatever_is_said_what_comes_of_it_is_sorted_bounded_and_has_one_way_of_writing(
        texts in prop::collection::vec(prop::option::of(".{0,200}"), 6),
        macs in prop::collection::vec((any::<[u8; 6]>(), any::<bool>()), 0..8),
    ) {
        let text = |n: usize| texts[n].clone();
        let identity = Identity {
            system_uuid: text(0),
            vendor: text(1),
            product: text(2),
            system_serial: text(3),
            board_serial: text(4),
            chassis_serial: text(5),
            nics: macs.into_iter().map(|(mac, usb)| IdentityNic { mac: MacAddr::new(mac), usb }).collect(),
        };
        let told = identify(&identity);
        prop_assert!(told.is_sorted());
        prop_assert!(told.iter().all(|one| one.value.chars().count() <= 3 * MAX_PART + 2 && !one.value.is_empty()));
        let shouted = Identity {
            system_serial: identity.system_serial.as_ref().filter(|s| s.is_ascii()).map(|s| format!("  {} ", s.to_uppercase())),
            ..identity.clone()
        };
        if identity.system_serial.as_ref().is_none_or(|serial| serial.is_ascii()) {
            prop_assert_eq!(identify(&shouted), told);
        }
        for one in identify(&identity) {
            prop_assert_eq!(one.kind.as_str().parse::<IdentifierKind>().unwrap(), one.kind);
            prop_assert_eq!(one.strength.as_str().parse::<Strength>().unwrap(), one.strength);
        }
    }
}
