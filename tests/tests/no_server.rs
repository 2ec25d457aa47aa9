//! The server is gone: a machine is not. Whatever of it is missing, its firmware or its script goes on to its disk.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::Instant;

use lab::{
    Deadline, Disk, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Muster, Namespace, Place,
    Scratch,
};
use muster_tests::{disk, programs};

/// A firmware's own patience with TFTP, under emulation and beside other tests.
const PATIENCE: u64 = 900;

/// A machine of each firmware that looks in the network first, and has a disk that boots.
fn machines(namespace: &Namespace, folder: &Scratch) -> [Machine; 2] {
    let image = folder.path().join("disk.img");
    std::fs::write(&image, disk::for_bios()).unwrap();
    let mut bios = MachineSpec::new("bios", Firmware::Bios, "52:54:00:00:00:21");
    bios.disks = vec![Disk { image: Some(image), ..Disk::sata("BOOTDISK", 1 << 20) }];
    let mut uefi = MachineSpec::new("uefi", Firmware::Uefi, "52:54:00:00:00:22");
    uefi.parts = disk::for_uefi(&folder.path().join("esp")).unwrap();
    [bios, uefi].map(|spec| Machine::plug_in(spec, namespace).unwrap())
}

/// Switches both on and waits until their disks boot; prints how long that took.
fn reach_their_disks(machines: &mut [Machine; 2], when: &str, dnsmasq: &Dnsmasq) {
    let begun = Instant::now();
    machines.iter_mut().for_each(|machine| machine.power_on().unwrap());
    let explain = |machine: &Machine, error: &anyhow::Error| {
        let (console, dnsmasq) = (machine.console().tail(60), dnsmasq.process().log().tail(40));
        format!("{}, {when}: {error:#}\n{console}\ndnsmasq:\n{dnsmasq}", machine.spec().name)
    };
    std::thread::scope(|scope| {
        for machine in machines.iter() {
            scope.spawn(move || {
                machine
                    .wait_for_console(disk::SAYS, Deadline::seconds(PATIENCE))
                    .unwrap_or_else(|error| panic!("{}", explain(machine, &error)));
                let name = if machine.spec().firmware == Firmware::Uefi { "UEFI" } else { "BIOS" };
                println!("time to disk without a server: {name} {} s ({when})", begun.elapsed().as_secs());
            });
        }
    });
}

/// In the place of a server that hangs: gives each machine the entry script, and to anything else no answer at all.
fn hang_after(script: String, namespace: &Namespace) {
    let address = (Namespace::ADDRESS, Muster::HTTP_PORT);
    let listener = namespace.enter(|| TcpListener::bind(address)).unwrap().unwrap();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            // All of its head: what is left unread when a connection closes takes the answer with it.
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            if head.first().is_some_and(|line| line.starts_with("GET /boot/boot.ipxe ")) {
                let length = script.len();
                write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{script}"
                )
                .ok();
            } else {
                open.push(stream);
            }
        }
    });
}

#[test]
fn a_server_that_dies_after_the_entry_script_costs_its_time_limits() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let muster = Muster::start(&namespace, &programs().unwrap(), folder.path(), "").unwrap();
    let address = (Namespace::ADDRESS, Muster::HTTP_PORT).into();
    let entry = Place::from(&namespace).http("GET", address, "/boot/boot.ipxe", &[], "").unwrap();
    assert_eq!(entry.status, 200);
    // UEFI's iPXE comes by TFTP, which has to live for as long.
    let mut machines = machines(&namespace, &folder);
    muster.process().kill();
    muster.process().wait_for_exit(Deadline::seconds(30)).unwrap();
    hang_after(entry.body, &namespace);
    drop(dnsmasq);
    let mut options = DnsmasqOptions::new(&Muster::boot_url());
    options.extra_lines = vec!["enable-tftp".to_owned(), "tftp-root=/usr/lib/ipxe".to_owned()];
    let dnsmasq = Dnsmasq::start(&namespace, &options).unwrap();
    reach_their_disks(&mut machines, "killed after the entry script", &dnsmasq);
    for machine in &machines {
        let said = machine.console().tail(200);
        assert!(
            said.contains("asking for the fall-back") && said.contains("booting from the local disk"),
            "{said}"
        );
    }
}

#[test]
fn a_server_that_is_down_altogether_is_passed_by_the_firmware() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let mut machines = machines(&namespace, &folder);
    reach_their_disks(&mut machines, "down altogether", &dnsmasq);
}
