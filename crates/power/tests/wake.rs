//! Magic packets on the wire: heard by a card at the other end of a cable, in a network of the test's own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use inventory::MacAddr;
use lab::Namespace;
use pnet_datalink::{Channel, Config, DataLinkReceiver};
use power::wol::{ETHERTYPE, Password, Sent, Target, interfaces, magic_packet, routes, send};

/// How long the wire may be still before all has been heard.
const STILL: Duration = Duration::from_millis(600);

/// Wakes in a network with two cables, and answers what was said to have been sent and what a sleeping card heard at the far end
/// of each: as what, how often.
fn wake(
    target: Target<'_>,
    macs: &[MacAddr],
    password: Option<&Password>,
) -> (Sent, BTreeMap<String, usize>) {
    let network = Namespace::new().unwrap();
    for (near, far, address) in [("lan0", "far0", "10.98.0.1/24"), ("lan1", "far1", "10.98.1.1/24")] {
        network.ip(&["link", "add", near, "type", "veth", "peer", "name", far]).unwrap();
        network.ip(&["address", "add", address, "dev", near]).unwrap();
        network.ip(&["link", "set", near, "up"]).unwrap();
        network.ip(&["link", "set", far, "up"]).unwrap();
    }
    let wanted: Vec<Vec<u8>> = macs.iter().map(|mac| magic_packet(*mac, password).to_vec()).collect();
    network
        .enter(|| {
            let mut cards: Vec<(&str, Box<dyn DataLinkReceiver>)> =
                ["far0", "far1"].into_iter().map(|name| (name, listen(name))).collect();
            let sent = send(macs, password, &routes(&interfaces(), &target).unwrap());
            let mut heard = BTreeMap::new();
            for (name, card) in &mut cards {
                let mut last = Instant::now();
                while last.elapsed() < STILL {
                    let Ok(frame) = card.next() else { continue };
                    if let Some(what) = magic(frame, &wanted) {
                        *heard.entry(format!("{name} {what}")).or_insert(0) += 1;
                        last = Instant::now();
                    }
                }
            }
            (sent, heard)
        })
        .unwrap()
}

fn listen(name: &str) -> Box<dyn DataLinkReceiver> {
    let card = interfaces().into_iter().find(|interface| interface.name == name).unwrap();
    let config = Config { read_timeout: Some(Duration::from_millis(100)), ..Config::default() };
    match pnet_datalink::channel(&card, config).unwrap() {
        Channel::Ethernet(_, receiver) => receiver,
        _ => panic!("{name} is no Ethernet"),
    }
}

/// In what a frame carries one of these packets, if it does. Broadcast, or a switch would not bring it to a card that sleeps.
fn magic(frame: &[u8], wanted: &[Vec<u8>]) -> Option<String> {
    let (header, body) = frame.split_at_checked(14)?;
    if header[..6] != [0xff; 6] {
        return None;
    }
    let is_wanted = |packet: &[u8]| wanted.iter().any(|one| one == packet);
    match u16::from_be_bytes([header[12], header[13]]) {
        ETHERTYPE => is_wanted(body).then(|| "frame".to_owned()),
        0x0800 => {
            let udp = body.get(usize::from(body[0] & 0x0f) * 4..)?;
            let port = u16::from_be_bytes([udp[2], udp[3]]);
            is_wanted(udp.get(8..)?).then(|| format!("udp {port}"))
        }
        _ => None,
    }
}

fn mac(text: &str) -> MacAddr {
    text.parse().unwrap()
}

fn counted(heard: &BTreeMap<String, usize>) -> String {
    heard.iter().map(|(what, times)| format!("{what} x{times}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_card_is_woken_on_its_own_wire_by_datagram_and_by_frame() {
    let cards = [mac("52:54:00:aa:bb:01"), mac("52:54:00:aa:bb:02")];
    let seen = Target { seen_at: "10.98.1.77".parse().ok(), ..Target::default() };
    let (sent, heard) = wake(seen, &cards, None);
    // Two cards, three rounds.
    assert_eq!(counted(&heard), "far1 frame x6, far1 udp 7 x6, far1 udp 9 x6");
    assert_eq!((sent.packets, sent.through), (18, vec!["lan1".to_owned()]));
    assert_eq!(sent.troubles, Vec::<String>::new());
}

#[test]
fn where_nothing_is_known_it_goes_out_everywhere_and_a_password_goes_with_it() {
    let password: Password = "de:ad:be:ef:00:01".parse().unwrap();
    let (sent, heard) = wake(Target::default(), &[mac("52:54:00:aa:bb:01")], Some(&password));
    assert_eq!(
        counted(&heard),
        "far0 frame x3, far0 udp 7 x3, far0 udp 9 x3, far1 frame x3, far1 udp 7 x3, far1 udp 9 x3"
    );
    assert_eq!(sent.through, ["br0", "lan0", "lan1"]);
}

#[test]
fn an_interface_that_is_named_is_the_only_one() {
    let named = Target { interface: Some("lan0"), seen_at: "10.98.1.77".parse().ok(), ..Target::default() };
    let (_, heard) = wake(named, &[mac("52:54:00:aa:bb:01")], None);
    assert_eq!(counted(&heard), "far0 frame x3, far0 udp 7 x3, far0 udp 9 x3");
}

#[test]
fn a_network_that_no_route_leads_to_is_said() {
    let far = Target { broadcast: "192.0.2.255".parse().ok(), ..Target::default() };
    let (sent, heard) = wake(far, &[mac("52:54:00:aa:bb:01")], None);
    assert_eq!((counted(&heard).as_str(), sent.packets), ("", 0));
    assert!(sent.troubles.iter().any(|trouble| trouble.contains("unreachable")), "{:?}", sent.troubles);
}
