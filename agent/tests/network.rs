//! The real binary on a real network: a cable between two namespaces, a switch that speaks at the other end.
//!
//! The kernel shows no device behind such a cable's end, and the agent listens on real cards only. So the agent sees another
//! `/sys`, in which `eth0` is one; addresses, routes and frames are the running kernel's.
#![expect(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

#[path = "support/network.rs"]
mod network;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use inventory::Report;
use inventory::sections::{Neighbour, NeighbourIdKind};
use network::Cable;
use pnet_datalink::Channel;
use tempfile::TempDir;

/// What other machines say on the same cable.
const NOISE: [u8; 60] = [0xff; 60];

/// `/sys` with one card.
fn sys() -> TempDir {
    let sys = tempfile::tempdir().unwrap();
    let device = "devices/pci0000:00/0000:00:09.0";
    let write = |path: &str, content: &str| {
        let file = sys.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    };
    write(&format!("{device}/vendor"), "0x8086\n");
    write(&format!("{device}/device"), "0x1521\n");
    write(&format!("{device}/net/eth0/speed"), "10000\n");
    symlink("../..", sys.path().join(device).join("net/eth0/device")).unwrap();
    fs::create_dir_all(sys.path().join("class/net")).unwrap();
    symlink(format!("../../{device}/net/eth0"), sys.path().join("class/net/eth0")).unwrap();
    sys
}

fn report(cable: &Cable, sys: &Path) -> Report {
    let script = "mount --bind \"$1\" /sys && exec \"$2\" report --all";
    let mut command = cable.command("sh");
    command.args(["-c", script, "sh"]).arg(sys).arg(env!("CARGO_BIN_EXE_muster-agent"));
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn element(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind << 1, u8::try_from(value.len()).unwrap()], value].concat()
}

/// A switch's frame.
fn announcement() -> Vec<u8> {
    let mut frame = vec![0x01, 0x80, 0xc2, 0, 0, 0x0e, 2, 0, 0, 0, 0, 0x77, 0x88, 0xcc];
    for (kind, value) in [
        (1, &[4, 2, 0, 0, 0, 0, 0x77][..]),
        (2, b"\x05Ethernet7"),
        (3, &[0, 120]),
        (5, b"leaf-1"),
        (8, &[5, 1, 192, 0, 2, 7, 2, 0, 0, 0, 1, 0]),
        (127, &[0x00, 0x80, 0xc2, 1, 0, 42]),
        (0, &[]),
    ] {
        frame.extend(element(kind, value));
    }
    frame
}

/// Speaks from `port7` until it is told to stop: noise, then the frame.
fn speak(stop: &AtomicBool, frame: &[u8]) {
    let port = pnet_datalink::interfaces().into_iter().find(|it| it.name == "port7").unwrap();
    let Ok(Channel::Ethernet(mut sender, _)) =
        pnet_datalink::channel(&port, pnet_datalink::Config::default())
    else {
        panic!("no channel to port7");
    };
    while !stop.load(Ordering::Relaxed) {
        sender.send_to(&NOISE, None).unwrap().unwrap();
        sender.send_to(frame, None).unwrap().unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_switch_is_heard_on_a_bridges_port_and_the_bridge_has_the_address() {
    let cable = Cable::lay("muster-lldp");
    for line in [
        "link add br0 type bridge stp_state 0 forward_delay 0",
        "link set eth0 address 02:00:00:00:00:03",
        "link set eth0 master br0",
        "link set br0 up",
        "address add 192.0.2.3/24 dev br0 valid_lft 600 preferred_lft 600",
        "address add 2001:db8::3/64 dev br0 nodad",
        "route add default via 192.0.2.1",
    ] {
        cable.configure(&line.split(' ').collect::<Vec<_>>());
    }
    let stop = Arc::new(AtomicBool::new(false));
    let speaker = cable.at_switch({
        let stop = Arc::clone(&stop);
        move || speak(&stop, &announcement())
    });
    let report = report(&cable, sys().path());
    stop.store(true, Ordering::Relaxed);
    speaker.join().unwrap();

    let expected = Neighbour {
        nic: "eth0".into(),
        nic_mac: Some("02:00:00:00:00:03".parse().unwrap()),
        chassis_id: "02:00:00:00:00:77".into(),
        chassis_id_kind: NeighbourIdKind::Mac,
        port_id: "Ethernet7".into(),
        port_id_kind: NeighbourIdKind::InterfaceName,
        system_name: Some("leaf-1".into()),
        management_addresses: vec!["192.0.2.7".into()],
        mac: Some("02:00:00:00:00:77".parse().unwrap()),
        ttl_secs: 120,
        port_vlan: Some(42),
        ..Neighbour::default()
    };
    assert_eq!(report.sections.neighbours.data(), Some(&vec![expected]), "{:?}", report.sections.neighbours);

    let nics = report.sections.nics.data().unwrap();
    let [bridge, card] = nics.as_slice() else { panic!("{nics:?}") };
    assert_eq!(
        (bridge.name.as_str(), bridge.kind.as_deref(), bridge.physical),
        ("br0", Some("bridge"), false)
    );
    assert_eq!((&bridge.members[..], card.master.as_deref()), (&["eth0".to_owned()][..], Some("br0")));
    assert_eq!(bridge.addresses, ["192.0.2.3/24", "2001:db8::3/64"]);
    assert_eq!(bridge.leased_addresses, ["192.0.2.3/24"]);
    assert_eq!(bridge.gateways, ["192.0.2.1"]);
    assert_eq!((card.physical, card.pci_address.as_deref()), (true, Some("0000:00:09.0")));
    assert_eq!((card.carrier, card.operstate.as_deref()), (Some(true), Some("up")));
}
