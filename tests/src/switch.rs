//! A switch that announces itself by LLDP.

use lab::{Namespace, Process};

/// What a switch may be called: its description ends with this.
pub const HOSTILE: &str = "\"><script>alert(1)</script>${7*7}";

/// One TLV of IEEE 802.1AB, 8.4.
fn tlv(kind: u16, value: &[u8]) -> Vec<u8> {
    let head = (kind << 9) | u16::try_from(value.len()).unwrap_or(u16::MAX);
    [&head.to_be_bytes(), value].concat()
}

/// What a switch says every half minute.
fn announcement() -> Vec<u8> {
    let tlvs = [
        tlv(1, &[4, 0x00, 0x1c, 0x73, 0x00, 0x00, 0x01]), // chassis: its MAC
        tlv(2, b"\x05Ethernet7/1"),                       // port: its name
        tlv(3, &120_u16.to_be_bytes()),                   // time to live
        tlv(4, b"rack 4 unit 12"),                        // the port's description
        tlv(5, b"tor-4.lab.example"),                     // the switch's name
        tlv(6, format!("Lab Switch 9000, {HOSTILE}").as_bytes()), // and description
        tlv(7, &[0x00, 0x14, 0x00, 0x14]),                // bridge and router, both on
        tlv(8, &[5, 1, 10, 99, 0, 254, 2, 0, 0, 0, 7, 0]), // management address
        tlv(127, &[0x00, 0x80, 0xc2, 1, 0x00, 100]),      // 802.1: port VLAN
        tlv(127, b"\x00\x80\xc2\x03\x00\x64\x07storage"), // 802.1: VLAN name
        tlv(127, &[0x00, 0x12, 0x0f, 4, 0x24, 0x00]),     // 802.3: frames of up to 9216 bytes
        tlv(0, &[]),
    ];
    let head = [0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e, 0x00, 0x1c, 0x73, 0x00, 0x00, 0x02, 0x88, 0xcc];
    let mut frame = [head.as_slice(), &tlvs.concat()].concat();
    frame.resize(frame.len().max(60), 0);
    frame
}

/// Says it on each of these plugs, once a second, until it is dropped.
///
/// # Errors
/// It can't be started.
pub fn speak(namespace: &Namespace, plugs: &[&str]) -> anyhow::Result<Process> {
    const SPEAK: &str = "\
import socket, sys, time
frame = bytes.fromhex(sys.argv[1])
while True:
    for plug in sys.argv[2:]:
        try:
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            wire.bind((plug, 0))
            wire.send(frame)
            wire.close()
        except OSError:
            pass  # The machine is not on.
    time.sleep(1)
";
    let frame: String = announcement().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut command = namespace.command("python3");
    Process::spawn("the switch", command.args(["-c", SPEAK, &frame]).args(plugs))
}
