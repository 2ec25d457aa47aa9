use super::*;
use crate::collect::interfaces::tests::{answering, attribute, link, number};
use crate::tree::Builder;

fn read_of(tree: &Builder) -> Vec<NicState> {
    let probe = Probe::new(tree.root());
    let states = read(&probe).unwrap();
    assert_eq!(probe.into_warnings(), []);
    states
}

#[test]
fn one_dump_tells_of_all_cards_and_of_nothing_else() {
    let counters: Vec<u8> = (0_u64..24).flat_map(u64::to_ne_bytes).collect();
    let attributes = [attribute(16, &[6]), attribute(23, &counters), attribute(33, &[1]), number(35, 3)];
    let tree = answering(
        Builder::new(),
        &[link(2, "eth0", &attributes), link(3, "eth1", &[attribute(33, &[0])]), link(4, "br0", &attributes)],
    )
    .file("/sys/class/net/eth0/speed", "25000\n")
    .folder("/sys/class/net/eth0/device")
    .file("/sys/class/net/eth1/speed", "4294967295\n")
    .folder("/sys/class/net/eth1/device");
    let states = read_of(&tree);
    let [up, down] = states.as_slice() else { panic!("{states:?}") };
    let expected = NicState {
        name: "eth0".into(),
        carrier: Some(true),
        operstate: Some("up".into()),
        speed_mbps: Some(25_000),
        carrier_changes: Some(3),
        rx_bytes: Some(2),
        tx_bytes: Some(3),
        rx_errors: Some(4),
        tx_errors: Some(5),
        rx_dropped: Some(6),
        tx_dropped: Some(7),
        rx_crc_errors: Some(12),
        rx_missed: Some(15),
    };
    assert_eq!(*up, expected);
    assert_eq!((down.carrier, down.speed_mbps, down.rx_bytes), (Some(false), None, None));
}

#[test]
fn files_say_the_same_where_nothing_answers() {
    let counters = ["rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped"];
    let counters = counters.into_iter().chain(["rx_crc_errors", "rx_missed_errors"]);
    let at = "/sys/class/net/eth0";
    let tree = Builder::new().folder(&format!("{at}/device")).files(
        at,
        &[("carrier", "1\n"), ("operstate", "up\n"), ("speed", "1000\n"), ("carrier_changes", "2\n")],
    );
    let tree = counters.zip(1_u64..).fold(tree, |tree, (name, value)| {
        tree.file(&format!("{at}/statistics/{name}"), format!("{value}\n"))
    });
    let states = read_of(&tree);
    let [card] = states.as_slice() else { panic!("{states:?}") };
    assert_eq!((card.speed_mbps, card.carrier_changes, card.rx_bytes), (Some(1000), Some(2), Some(1)));
    assert_eq!((card.rx_crc_errors, card.rx_missed), (Some(7), Some(8)));
}
