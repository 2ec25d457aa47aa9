//! Any description, and any disks.

use proptest::prelude::*;

use super::*;

fn any_disk() -> impl Strategy<Value = Disk> {
    let kinds =
        prop_oneof![Just(Transport::Ata), Just(Transport::Nvme), Just(Transport::Usb), Just(Transport::Sas)];
    let serial = prop_oneof!["[A-D]{3}", Just(String::new())];
    (serial, 0_u64..4, any::<bool>(), any::<bool>(), kinds).prop_map(
        |(serial, size, rotational, removable, transport)| Disk {
            size_bytes: (size > 0).then_some(size * 500_000_000_000),
            rotational: Some(rotational),
            removable: Some(removable),
            transport: Some(transport),
            by_id: vec![format!("ata-X_{serial}")],
            serial: Some(serial.clone()).filter(|serial| !serial.is_empty()),
            ..disk("x", &serial)
        },
    )
}

fn any_selector() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        "serial(=|!=|~)[A-D]{1,3}",
        "size(=|!=|>=|<=|>|<)(500GB|1TB|1\\.5TB)",
        "rotational(=|!=)(yes|no)",
        "transport(=|!=)(ata|nvme|usb|sas)",
        "model~(INTEL|intel ssd|\"WD, 4\")",
    ];
    prop::collection::vec(one, 1..4).prop_map(|conditions| conditions.join(","))
}

proptest! {
    #[test]
    fn no_text_breaks_a_description(text: String) {
        text.parse::<Selector>().ok();
    }

    #[test]
    fn a_description_is_read_as_it_is_written(text in any_selector()) {
        let selector: Selector = text.parse().unwrap();
        prop_assert_eq!(selector.to_string().parse::<Selector>().unwrap(), selector);
    }

    /// The kernel's names and their order say nothing: whatever they are, the same disk is found, or none for the same reason.
    #[test]
    fn the_kernels_names_change_nothing(disks in prop::collection::vec(any_disk(), 0..6), text in any_selector(), turn in 0_usize..6) {
        let named = |disks: &[Disk], first: usize| {
            let name = |(nth, disk): (usize, &Disk)| Disk { name: format!("sd{}", nth + first), ..disk.clone() };
            machine(disks.iter().enumerate().map(name).collect())
        };
        let mut turned = disks.clone();
        turned.rotate_left(turn % disks.len().max(1));
        let (one, other) = (found(&text, &named(&disks, 0)), found(&text, &named(&turned, 10)));
        prop_assert_eq!(one.ok(), other.ok());
    }

    /// What is found can be told from every other disk, is one of those that may be written, and all others are kept.
    #[test]
    fn only_one_disk_is_ever_written(disks in prop::collection::vec(any_disk(), 0..6), text in any_selector()) {
        let room = machine(disks.iter().enumerate().map(|(nth, disk)| Disk { name: format!("sd{nth}"), ..disk.clone() }).collect());
        if let Ok(target) = found(&text, &room) {
            prop_assert!(target.serial.is_some() || target.wwn.is_some());
            let named: Vec<&Disk> = disks.iter().filter(|disk| disk.by_id.contains(&target.by_id)).collect();
            prop_assert_eq!(named.len(), 1);
            prop_assert!(named[0].removable == Some(false) && named[0].transport != Some(Transport::Usb));
            let fates = fates(&room, &target, None);
            prop_assert_eq!(fates.len(), disks.len());
            prop_assert_eq!(fates.iter().filter(|fate| fate.fate == Fated::Written).count(), 1);
        }
    }
}
