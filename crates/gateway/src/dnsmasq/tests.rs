use proptest::prelude::*;
use uuid::Uuid;

use super::text::{Document, SIGNATURE};
use crate::object::{Fields, Found, Kind};

fn found(kind: Kind, id: u128, pairs: &[(&str, &str)]) -> Found {
    let fields: Fields =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Found { kind, id: Some(Uuid::from_u128(id)), fields }
}

fn tag() -> Found {
    found(Kind::Tag, 1, &[("tag", "muster1a2b3c4defi64")])
}

fn rendered(found: Found) -> Result<String, String> {
    let text = Document { objects: vec![tag(), found], strays: String::new() }.render()?;
    Ok(text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("; "))
}

#[test]
fn objects_are_written_as_dnsmasq_reads_them() {
    let efi64 = Uuid::from_u128(1).to_string();
    for (kind, fields, line) in [
        (
            Kind::Range,
            vec![
                ("interface", "eth1"),
                ("start_addr", "10.0.0.9"),
                ("end_addr", "10.0.0.20"),
                ("lease_time", "0"),
            ],
            "dhcp-range=tag:eth1,10.0.0.9,10.0.0.20,infinite",
        ),
        (
            Kind::DhcpOption,
            vec![("type", "match"), ("option", "175"), ("set_tag", &efi64)],
            "dhcp-match=set:muster1a2b3c4defi64,175",
        ),
        (
            Kind::DhcpOption,
            vec![
                ("type", "set"),
                ("option", "60"),
                ("interface", "eth1"),
                ("tag", &efi64),
                ("value", "HTTPClient"),
                ("force", "1"),
            ],
            "dhcp-option-force=tag:eth1,tag:muster1a2b3c4defi64,60,HTTPClient",
        ),
        (
            Kind::DhcpOption,
            vec![("type", "set"), ("option", "6"), ("value", "10.0.0.1,10.0.0.2")],
            "dhcp-option=6,10.0.0.1,10.0.0.2",
        ),
        (
            Kind::Boot,
            vec![("tag", &efi64), ("filename", "a.efi"), ("servername", "muster"), ("address", "10.0.0.1")],
            "dhcp-boot=tag:muster1a2b3c4defi64,a.efi,muster,10.0.0.1",
        ),
        (
            Kind::Reservation,
            vec![("host", "*"), ("domain", "apps.x"), ("ip", "10.0.0.3")],
            "address=/apps.x/10.0.0.3",
        ),
        (
            Kind::Reservation,
            vec![("host", "n1"), ("domain", "x"), ("ip", "10.0.0.3"), ("hwaddr", "52:54:00:00:00:01")],
            "dhcp-host=52:54:00:00:00:01,10.0.0.3,n1; host-record=n1.x,10.0.0.3",
        ),
    ] {
        assert_eq!(rendered(found(kind, 2, &fields)).unwrap(), line);
    }
}

#[test]
fn what_would_break_a_line_is_refused() {
    let boot = |filename: &str, address: &str, servername: &str| {
        rendered(found(
            Kind::Boot,
            2,
            &[("filename", filename), ("address", address), ("servername", servername)],
        ))
    };
    assert!(boot("a.efi", "10.0.0.1", "muster").is_ok());
    for (filename, address, servername) in [
        ("a.efi\ndhcp-script=/tmp/x", "", ""),
        ("a,b", "", ""),
        ("a\"b", "", ""),
        ("a#b", "", ""),
        ("", "", ""),
        ("a.efi", "10.0.0.1", ""),
    ] {
        assert!(boot(filename, address, servername).is_err(), "{filename:?} {address} {servername}");
    }
    assert!(rendered(found(Kind::Boot, 2, &[("filename", "a"), ("tag", "no-such-tag")])).is_err());
    assert!(rendered(found(Kind::Reservation, 2, &[("ip", "10.0.0.1"), ("hwaddr", "no mac")])).is_err());
    assert!(rendered(found(Kind::DhcpOption, 2, &[("type", "set"), ("option", "300")])).is_err());
    assert!(rendered(found(Kind::Backend, 2, &[])).is_err());
    assert!(
        rendered(found(Kind::Boot, 2, &[("filename", "a"), ("description", "x\ndhcp-script=/tmp/x")]))
            .is_err()
    );
}

proptest! {
    #[test]
    fn a_file_reads_back_as_it_was_written(
        files in prop::collection::vec("[a-z0-9./_-]{1,20}", 0..6),
        description in "[^\\p{Cc}]{0,40}",
        strays in prop::collection::vec("[a-z=#,. ]{0,20}[a-z]", 0..3),
    ) {
        let boots = files.iter().zip(2_u128..).map(|(file, id)| found(Kind::Boot, id, &[("filename", file), ("description", &description)]));
        let mut objects = vec![tag()];
        objects.extend(boots);
        // A stray comes after the last object, and is none of its lines.
        let document = Document { objects, strays: String::new() };
        let text = document.render().unwrap();
        prop_assert!(text.starts_with(SIGNATURE));
        prop_assert_eq!(&Document::parse(text.as_bytes()), &document);
        let with_strays = Document::parse(format!("{SIGNATURE}{}\n{}", strays.join("\n"), text.strip_prefix(SIGNATURE).unwrap()).as_bytes());
        prop_assert_eq!(&with_strays.objects, &document.objects);
        prop_assert_eq!(&with_strays.strays, &strays.join("\n"));
        prop_assert_eq!(&Document::parse(with_strays.render().unwrap().as_bytes()), &with_strays);
    }

    #[test]
    fn whatever_is_in_the_file_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        Document::parse(&bytes);
        Document::parse(&[b"#muster ".as_slice(), &bytes].concat());
    }
}
