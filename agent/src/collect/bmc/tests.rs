use std::net::Ipv4Addr;

use decode::ipmi::{Request, fru as record, lan as port};
use inventory::sections::AddressSource;

use super::*;
use crate::root::Question;
use crate::tree::Builder;

/// The machine answers this to that request: a completion code, and data.
pub(crate) fn answers(tree: Builder, request: Request, answer: &[u8]) -> Builder {
    let Request { function, command, data } = request;
    let device = interface::DEVICE.to_owned();
    tree.answer(&Question::Ipmi { device, function, command, data }, answer)
}

const DEVICE_ID: [u8; 16] = [0, 0x20, 1, 2, 7, 2, 0xbf, 0x7c, 0x2a, 0, 0x1b, 9, 0, 0, 0, 0];

fn server() -> Builder {
    let tree = answers(Builder::new(), device::device_id_request(), &DEVICE_ID);
    let tree = answers(tree, device::chassis_request(), &[0, 0x41, 0, 0]);
    let tree = answers(tree, device::guid_request(), &[0xc1]);
    let log = [0, 0x51, 3, 0, 0, 0x10, 1, 0, 0, 0x60, 0, 0, 0, 0, 2];
    let tree = answers(tree, device::event_log_request(), &log);
    let tree = answers(tree, port::channel_request(1), &[0, 1, 4, 1, 0, 0, 0, 0, 0, 0]);
    let tree = answers(tree, port::channel_request(2), &[0, 2, 5, 2, 0, 0, 0, 0, 0, 0]);
    let tree = answers(tree, port::channel_request(3), &[0xcc]);
    let parameters: [(port::Parameter, &[u8]); 7] = [
        (port::Parameter::Address, &[0, 0x11, 10, 20, 30, 40]),
        (port::Parameter::Source, &[0, 0x11, 2]),
        (port::Parameter::Mac, &[0, 0x11, 0xac, 0x1f, 0x6b, 1, 2, 3]),
        (port::Parameter::Mask, &[0, 0x11, 255, 255, 255, 0]),
        (port::Parameter::Gateway, &[0, 0x11, 0, 0, 0, 0]),
        (port::Parameter::Vlan, &[0, 0x11, 100, 0x80]),
        (port::Parameter::Ipv6Status, &[0x80]),
    ];
    parameters
        .into_iter()
        .fold(tree, |tree, (which, answer)| answers(tree, port::parameter_request(1, which), answer))
}

fn bmc(tree: &Builder) -> (Bmc, Vec<inventory::Warning>) {
    let probe = Probe::new(tree.root());
    (collect(&probe).unwrap(), probe.into_warnings())
}

#[test]
fn a_controller_tells_its_firmware_and_its_address() {
    let (bmc, warnings) = bmc(&server());
    assert_eq!((bmc.firmware.as_deref(), bmc.ipmi_version.as_deref()), (Some("2.07"), Some("2.0")));
    assert_eq!((bmc.manufacturer_id, bmc.product_id, bmc.guid), (Some(10876), Some(0x091b), None));
    assert_eq!(bmc.power_restore, Some(PowerRestore::PowerOn));
    let [lan] = bmc.lan.as_slice() else { panic!("{:?}", bmc.lan) };
    assert_eq!((lan.channel, lan.address), (1, Some(Ipv4Addr::new(10, 20, 30, 40))));
    assert_eq!((lan.gateway, lan.vlan, lan.source), (None, Some(100), Some(AddressSource::Dhcp)));
    assert_eq!(lan.mac.unwrap().to_string(), "ac:1f:6b:01:02:03");
    let log = bmc.event_log.unwrap();
    assert_eq!((log.entries, log.free_bytes, log.overflow), (3, Some(0x1000), false));
    assert_eq!((bmc.fru, warnings), (None, vec![]));
}

#[test]
fn the_boards_record_is_read_piece_by_piece() {
    let mut bytes = vec![1, 0, 0, 1, 0, 0, 0, 0xfe];
    let mut board = vec![1, 5, 0x19, 0, 0, 0, 0xca];
    board.extend(b"Supermicro");
    board.extend([0xc6]);
    board.extend(b"X11DPU");
    board.extend([0xc7]);
    board.extend(b"ZM18BS1");
    board.extend([0xc0, 0xc1]);
    board.resize(39, 0);
    board.push(board.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)).wrapping_neg());
    bytes.extend(board);
    let size = u8::try_from(bytes.len()).unwrap();
    let mut tree = answers(server(), record::info_request(), &[0, size, 0, 0]);
    // This controller finds 32 bytes too much.
    for (start, count) in [(0_u16, 8_u8), (8, 8), (16, 16), (32, 16)] {
        let part = &bytes[usize::from(start)..usize::from(start) + usize::from(count)];
        let answer = [&[0, count], part].concat();
        tree = answers(tree, record::read_request(start, count), &answer);
    }
    let tree = answers(tree, record::read_request(16, 32), &[0xca]);
    let board = bmc(&tree).0.fru.unwrap().board.unwrap();
    assert_eq!((board.maker.as_deref(), board.name.as_deref()), (Some("Supermicro"), Some("X11DPU")));
    assert_eq!((board.serial.as_deref(), board.part, board.made_at), (Some("ZM18BS1"), None, None));

    let broken = answers(tree, record::read_request(32, 16), &[&[0, 16], &[7; 16][..]].concat());
    let (bmc, warnings) = bmc(&broken);
    assert_eq!(
        (bmc.fru, warnings[0].reason.as_str()),
        (None, "the FRU record's area of the board has a wrong checksum")
    );
}

#[test]
fn a_record_that_nobody_has_written_is_no_news() {
    for (blank, warnings) in [(0, 0), (0xff, 0), (0x55, 1)] {
        let tree = answers(server(), record::info_request(), &[0, 0, 1, 0]);
        let tree = answers(tree, record::read_request(0, 8), &[&[0, 8], &[blank; 8][..]].concat());
        let (bmc, told) = bmc(&tree);
        assert_eq!((bmc.fru, told.len()), (None, warnings), "{blank}");
    }
}

#[test]
fn whoever_may_not_ask_learns_what_the_kernel_keeps() {
    let question = Question::Ipmi { device: interface::DEVICE.into(), function: 6, command: 1, data: vec![] };
    let tree = Builder::new().refused(&question.name()).files(
        SYSFS,
        &[
            ("firmware_revision", "2.7\n"),
            ("ipmi_version", "2.0\n"),
            ("manufacturer_id", "0x002a7c\n"),
            ("product_id", "0x091b\n"),
        ],
    );
    let (bmc, warnings) = bmc(&tree);
    assert_eq!((bmc.firmware.as_deref(), bmc.manufacturer_id), (Some("2.07"), Some(10876)));
    assert_eq!((bmc.product_id, warnings[0].reason.as_str()), (Some(0x091b), "permission denied"));
}

#[test]
fn a_controller_that_stays_busy_is_not_asked_for_ever() {
    let tree = answers(Builder::new().folder("/sys"), device::device_id_request(), &[0xc0]);
    assert_eq!(bmc(&tree), (Bmc::default(), vec![]));
}

#[test]
fn a_controller_without_a_driver_is_told_and_none_is_none() {
    let table = smbios::tests::structure(38, 1, &[1, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[]);
    let tree = Builder::new().file("/sys/firmware/dmi/tables/DMI", table);
    let (found, warnings) = bmc(&tree);
    assert_eq!(found, Bmc { interface: Some("KCS".into()), ..Bmc::default() });
    assert!(warnings[0].reason.contains("load the kernel's IPMI drivers"), "{warnings:?}");
    assert_eq!(bmc(&Builder::new().folder("/sys/class")), (Bmc::default(), vec![]));
    assert!(collect(&Probe::new(Builder::new().root())).is_err());
}
