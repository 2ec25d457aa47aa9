//! Every reason to turn a machine away, and none for the one that was armed.

use super::*;
use crate::arming::fixture::{CARDS, NOW, SERIAL, UUID, arming, host};
use crate::arming::{Ended, Outcome};
use crate::disk::Target;
use inventory::sections::Disk;
use std::time::Duration;

fn asked<'a>() -> Asked<'a> {
    Asked { mac: CARDS[0], uuid: Some(UUID), serial: Some(SERIAL), arch: Arch::X86_64 }
}

fn verdict(
    change: impl Fn(&mut Arming, &mut HostFacts, &mut Asked<'static>, &mut Timestamp),
) -> Option<Unfit> {
    let (mut arming, mut host, mut asked, mut now) = (arming(), host(State::Armed), asked(), NOW);
    change(&mut arming, &mut host, &mut asked, &mut now);
    script(&arming, &host, &asked, now).err()
}

#[test]
fn the_machine_that_was_armed_is_known_however_its_firmware_writes_it() {
    assert_eq!(verdict(|_, _, _, _| ()), None);
    // From its other card; in the other byte order; in capitals; with blanks; with one of the two; with a processor not named.
    assert_eq!(verdict(|_, _, asked, _| asked.mac = CARDS[1]), None);
    assert_eq!(verdict(|_, _, asked, _| asked.uuid = Some("44454C4C-3400-1036-8052-b4c04f4d3232")), None);
    assert_eq!(verdict(|_, _, asked, _| asked.uuid = Some("4c4c4544-0034-3610-8052-b4c04f4d3232")), None);
    assert_eq!(verdict(|_, _, asked, _| asked.serial = Some(" svc0001  x ")), None);
    assert_eq!(verdict(|_, _, asked, _| asked.uuid = None), None);
    assert_eq!(verdict(|_, _, asked, _| asked.serial = Some("  ")), None);
    assert_eq!(verdict(|_, _, asked, _| asked.arch = Arch::Unknown), None);
    assert_eq!(verdict(|arming, _, _, now| *now = arming.expires_at.minus(Duration::from_millis(1))), None);
    // What was worth nothing when it was armed speaks neither for it nor against it.
    let unmarked = |arming: &mut Arming, _: &mut HostFacts, asked: &mut Asked<'static>, _: &mut Timestamp| {
        (arming.machine.uuid, arming.machine.serial) = (None, None);
        (asked.uuid, asked.serial) = (Some("03000200-0400-0500-0006-000700080009"), Some("To be filled"));
    };
    assert_eq!(verdict(unmarked), None);
    // A machine whose firmware has no UUID may have no serial number to say either.
    let by_serial =
        |arming: &mut Arming, _: &mut HostFacts, asked: &mut Asked<'static>, _: &mut Timestamp| {
            arming.machine.uuid = None;
            (asked.uuid, asked.serial) = (None, None);
        };
    assert_eq!(verdict(by_serial), None);
}

#[test]
fn whatever_contradicts_it_sends_the_machine_to_its_own_disk() {
    let ended = |outcome| {
        move |arming: &mut Arming, _: &mut HostFacts, _: &mut Asked<'static>, _: &mut Timestamp| {
            arming.ended = Some(Ended { at: NOW, outcome });
        }
    };
    for outcome in Outcome::ALL {
        assert_eq!(verdict(ended(outcome)), Some(Unfit::Ended { generation: 2, outcome }));
    }
    assert_eq!(verdict(|arming, _, _, _| arming.consumed_at = Some(NOW)), Some(Unfit::Used(2)));
    assert_eq!(
        verdict(|arming, _, _, now| *now = arming.expires_at.plus(Duration::from_secs(61))),
        Some(Unfit::Expired { generation: 2, minutes: 1 })
    );
    assert!(matches!(verdict(|arming, _, _, now| *now = arming.expires_at), Some(Unfit::Expired { .. })));
    // A clock that was set back brings no time back.
    let before = |minutes: u64| {
        move |_: &mut Arming, _: &mut HostFacts, _: &mut Asked<'static>, now: &mut Timestamp| {
            *now = NOW.minus(Duration::from_secs(minutes * 60));
        }
    };
    assert_eq!((verdict(before(5)), verdict(before(6))), (None, Some(Unfit::Clock(2))));
    assert_eq!(verdict(|_, host, _, _| host.approved = false), Some(Unfit::NotApproved));
    for state in State::ALL.into_iter().filter(|state| *state != State::Armed) {
        assert_eq!(verdict(|_, host, _, _| host.state = state), Some(Unfit::State(state)));
    }
    let stranger = MacAddr::new([2, 0, 0, 0, 0, 9]);
    assert_eq!(verdict(|_, _, asked, _| asked.mac = stranger), Some(Unfit::Card(stranger)));
    for uuid in
        ["4c4c4544-0034-3610-8052-b4c04f4d3233", "00000000-0000-0000-0000-000000000000", "x", "${uuid}"]
    {
        assert_eq!(verdict(|_, _, asked, _| asked.uuid = Some(uuid)), Some(Unfit::Uuid(uuid.to_owned())));
    }
    for serial in ["SVC0002 X", "SVC0001", "To be filled by O.E.M."] {
        assert_eq!(
            verdict(|_, _, asked, _| asked.serial = Some(serial)),
            Some(Unfit::Serial(serial.to_owned()))
        );
    }
    for (uuid, serial) in [(None, None), (Some(""), Some("  "))] {
        assert_eq!(
            verdict(|_, _, asked, _| (asked.uuid, asked.serial) = (uuid, serial)),
            Some(Unfit::Nameless)
        );
    }
    let without_serial =
        |arming: &mut Arming, _: &mut HostFacts, asked: &mut Asked<'static>, _: &mut Timestamp| {
            arming.machine.serial = None;
            asked.uuid = None;
        };
    assert_eq!(verdict(without_serial), Some(Unfit::Nameless), "a serial number that nothing is known of");
    assert!(matches!(verdict(|_, _, asked, _| asked.arch = Arch::Aarch64), Some(Unfit::Processor { .. })));
}

#[test]
fn a_document_is_for_its_generation_and_its_cards() {
    let (arming, host) = (arming(), host(State::Armed));
    assert_eq!(document(&arming, &host, CARDS[1], 2, NOW), Ok(()));
    let stranger = MacAddr::new([2, 0, 0, 0, 0, 9]);
    assert_eq!(document(&arming, &host, stranger, 2, NOW), Err(Unfit::Card(stranger)));
    for asked in [0, 1, 3] {
        assert_eq!(
            document(&arming, &host, CARDS[0], asked, NOW),
            Err(Unfit::Generation { asked, stands: 2 })
        );
    }
    let used = Arming { consumed_at: Some(NOW), ..arming.clone() };
    assert_eq!(document(&used, &host, CARDS[0], 2, NOW), Err(Unfit::Used(2)));
    let late = document(&arming, &host, CARDS[0], 2, arming.expires_at);
    assert!(matches!(late, Err(Unfit::Expired { .. })));
}

#[test]
fn the_disk_that_was_armed_must_be_among_those_that_were_told_of_last() {
    let Target { serial, wwn, size_bytes, .. } = arming().target;
    let armed = Disk { serial, wwn, size_bytes: Some(size_bytes), ..Disk::default() };
    let other = Disk { serial: Some("S64DNF0R9999".to_owned()), ..armed.clone() };
    let by_wwn = |arming: &mut Arming| arming.target.serial = None;
    let told = |disks: &[&Disk], change: &dyn Fn(&mut Arming)| {
        let mut arming = arming();
        change(&mut arming);
        let disks = Some(disks.iter().copied().cloned().collect());
        disk(&arming, &Inventory { disks, ..Inventory::default() })
    };
    // Wherever it is now; however its serial number is written; with the WWN that another kernel reads.
    assert_eq!(told(&[&other, &armed], &|_| ()), Ok(()));
    assert_eq!(told(&[&Disk { serial: Some(" s64dnf0r1234".to_owned()), ..armed.clone() }], &|_| ()), Ok(()));
    assert_eq!(told(&[&Disk { wwn: Some("uuid.1".to_owned()), ..armed.clone() }], &|_| ()), Ok(()));
    assert_eq!(told(&[&armed], &by_wwn), Ok(()));
    assert_eq!(disk(&arming(), &Inventory::default()), Ok(()), "nothing was told of any disk");

    let gone = Err(Unfit::Disk("S64DNF0R1234".to_owned()));
    assert_eq!(told(&[], &|_| ()), gone);
    assert_eq!(told(&[&other], &|_| ()), gone, "the WWN does not speak for another serial number");
    assert_eq!(told(&[&Disk { serial: None, ..armed.clone() }], &|_| ()), gone);
    assert_eq!(told(&[&Disk { size_bytes: Some(1), ..armed.clone() }], &|_| ()), gone);
    let unnamed = Err(Unfit::Disk("eui.0025385b11b2c3d4".to_owned()));
    assert_eq!(
        told(&[&Disk { wwn: Some("eui.0025385b11b2c3d5".to_owned()), ..armed.clone() }], &by_wwn),
        unnamed
    );
    assert_eq!(told(&[&Disk { wwn: None, ..armed }], &by_wwn), unnamed);
}

#[test]
fn what_a_machine_says_is_one_bounded_line() {
    let said = "x\n".repeat(500);
    let words = script(&arming(), &host(State::Armed), &Asked { serial: Some(&said), ..asked() }, NOW);
    let words = words.unwrap_err().to_string();
    assert!(words.len() < 200 && !words.contains('\n'), "{words}");
}
