//! The line of travel up to the script: power on, firmware, DHCP, TFTP, iPXE, HTTP. Real firmware, real dnsmasq.
//!
//! The HTTP server here answers any path with a script that says who asked and switches the machine off; for this trial
//! dnsmasq serves the iPXE binaries itself.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "in a test they are the way to fail")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{self, Receiver};

use lab::{
    Deadline, Dimm, Disk, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Maker, Namespace, packages,
};

const URL: &str = "http://10.99.0.1:8080/boot/boot.ipxe";
/// Ten times what it takes on two idle processors.
const PATIENCE_SECS: u64 = 180;

struct Site {
    requests: Receiver<String>,
    dnsmasq: Dnsmasq,
    namespace: Namespace,
}

fn site() -> Site {
    packages::require(packages::LAB).unwrap();
    let namespace = Namespace::new().unwrap();
    let requests = serve_script(&namespace);
    let mut options = DnsmasqOptions::new(URL);
    options.extra_lines = vec!["enable-tftp".into(), "tftp-root=/usr/lib/ipxe".into()];
    let dnsmasq = Dnsmasq::start(&namespace, &options).unwrap();
    Site { requests, dnsmasq, namespace }
}

fn serve_script(namespace: &Namespace) -> Receiver<String> {
    let script =
        "#!ipxe\necho SCRIPT ${platform} ${netX/mac:hexhyp}\necho TYPE1 ${uuid}\necho SERIAL ${serial}\n";
    let listener = namespace.enter(|| TcpListener::bind((Namespace::ADDRESS, 8080))).unwrap().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let _ = sender.send(head.first().cloned().unwrap_or_default());
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{script}",
                script.len()
            );
        }
    });
    receiver
}

fn boots(firmware: Firmware, mac: &str, tell_tales: &[&str], platform: &str) {
    let site = site();
    let mut spec = MachineSpec::new("trial", firmware, mac);
    spec.system = Maker::new("ACME, Inc.", "Trial", "SER-1");
    spec.disks = vec![Disk::nvme("NVME-1", 64 << 20), Disk::sata("SATA-1", 64 << 20)];
    spec.spare_macs = vec!["52:54:00:00:ff:01".into()];
    spec.dimms = vec![
        Some(Dimm { size_mib: 512, speed_mts: 3200, maker: Maker::new("ACME", "P1", "D1") }),
        Some(Dimm { size_mib: 512, speed_mts: 3200, maker: Maker::new("ACME", "P1", "D2") }),
        None,
        None,
    ];
    spec.bmc = true;
    let mut machine = Machine::plug_in(spec, &site.namespace).unwrap();
    machine.power_on().unwrap();
    assert!(machine.power_on().is_err(), "it is on already");
    for tell_tale in tell_tales {
        machine.wait_for_console(tell_tale, Deadline::seconds(PATIENCE_SECS)).unwrap();
    }
    let hyphens = mac.replace(':', "-");
    let said = [
        format!("SCRIPT {platform} {hyphens}"),
        format!("TYPE1 {}", machine.spec().uuid),
        "SERIAL SER-1".to_owned(),
    ];
    for said in said {
        machine.wait_for_console(&said, Deadline::seconds(PATIENCE_SECS)).unwrap();
    }
    assert!(site.requests.try_recv().unwrap().starts_with("GET /boot/boot.ipxe HTTP/1.1"));
    let leases = site.dnsmasq.leases().unwrap();
    let lease = leases.iter().find(|lease| lease.mac == mac).expect("a lease");
    assert!((50..=150).contains(&lease.address.octets()[3]) && lease.address != Ipv4Addr::LOCALHOST);
    machine.power_off_hard();
    assert!(!machine.is_on().unwrap());
    machine.power_on().unwrap();
    assert!(machine.is_on().unwrap());
}

#[test]
fn bios_with_qemus_own_network_boot() {
    boots(Firmware::Bios, "52:54:00:00:00:01", &["SeaBIOS", "iPXE"], "pcbios");
}

#[test]
fn bios_with_undionly_by_tftp() {
    boots(Firmware::BiosWithPlainPxe, "52:54:00:00:00:02", &["UNDI device is PCI"], "pcbios");
}

#[test]
fn uefi_with_snponly_by_tftp() {
    let tell_tales = ["Start PXE over IPv4", "NBP filename is snponly.efi", "iPXE initialising"];
    boots(Firmware::Uefi, "52:54:00:00:00:03", &tell_tales, "efi");
}

#[test]
fn an_intel_card_boots_too() {
    let site = site();
    let mut spec = MachineSpec::new("intel", Firmware::Bios, "52:54:00:00:00:04");
    spec.nic = lab::NicModel::E1000e;
    let mut machine = Machine::plug_in(spec, &site.namespace).unwrap();
    machine.power_on().unwrap();
    machine.wait_for_console("SCRIPT pcbios", Deadline::seconds(PATIENCE_SECS)).unwrap();
}
