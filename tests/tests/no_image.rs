//! A server without a discovery image: a machine is told so on its console, and boots its own disk.

use lab::{
    Deadline, Disk, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Muster, Namespace, Scratch,
};
use muster_tests::{disk, programs};

const BOOT: u64 = 240;

#[test]
fn without_an_image_a_machine_is_told_so_and_boots_its_disk() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let muster = Muster::start(&namespace, &programs().unwrap(), folder.path(), "").unwrap();

    let image = folder.path().join("disk.img");
    std::fs::write(&image, disk::for_bios()).unwrap();
    // The plain card has no iPXE of its own: `undionly.kpxe` comes by TFTP from Muster.
    let mut spec = MachineSpec::furnished("disk", Firmware::BiosWithPlainPxe, "52:54:00:00:00:03", "CZ1003");
    spec.disks = vec![Disk { image: Some(image), ..Disk::sata("BOOTDISK", 1 << 20) }];
    let mut bios = Machine::plug_in(spec, &namespace).unwrap();
    let mut uefi = Machine::plug_in(
        MachineSpec::furnished("uefi", Firmware::Uefi, "52:54:00:00:00:04", "CZ1004"),
        &namespace,
    )
    .unwrap();
    bios.power_on().unwrap();
    uefi.power_on().unwrap();
    let told = |machine: &Machine| {
        machine.wait_for_console("run muster image use", Deadline::seconds(BOOT)).unwrap_or_else(|error| {
            let (muster, dnsmasq) = (muster.process().log().tail(40), dnsmasq.process().log().tail(40));
            panic!("{error:#}\nmuster:\n{muster}\ndnsmasq:\n{dnsmasq}")
        });
    };
    told(&bios);
    bios.wait_for_console(disk::SAYS, Deadline::seconds(BOOT)).unwrap();
    told(&uefi);
    // No ticket was made, no host was invented.
    assert_eq!(muster.json(&["host", "list"]).unwrap().as_array().unwrap().len(), 0);
    let preview = muster.json(&["boot", "preview", "--mac", "52:54:00:00:00:03"]).unwrap();
    assert_eq!(preview["decision"], "local disk");
}
