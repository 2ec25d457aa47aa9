#![expect(clippy::unwrap_used, reason = "a test may")]
use lab::installed::Installed;
use lab::{Deadline, Firmware, MachineSpec, Namespace};

#[test]
fn boots() {
    let namespace = Namespace::new().unwrap();
    let mut spec = MachineSpec::furnished("installed", Firmware::Bios, "52:54:00:00:05:01", "CZ5001");
    spec.cpus = 2;
    spec.memory_mib = 1024;
    spec.bmc = true;
    let mut host = Installed::plug_in(spec, &namespace).unwrap();
    host.power_on().unwrap();
    let up = host.wait_until_up(None, Deadline::seconds(300));
    eprintln!("{up:?}");
    eprintln!("{}", host.run("systemctl --failed; systemd-analyze; systemd-analyze blame | head -30; ip a; lsmod; journalctl -b -p warning; free -m; ls /dev", Deadline::seconds(60)).unwrap());
    eprintln!("{}", host.machine().console().text());
}
