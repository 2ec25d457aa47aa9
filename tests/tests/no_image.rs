//! A server without a discovery image: a machine is told so on its console, and boots its own disk.

use lab::{
    Deadline, Disk, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Muster, Namespace, Scratch,
};
use muster_tests::programs;

const BOOT: u64 = 240;

/// A boot sector that writes its message to the serial port and halts.
fn boot_sector() -> Vec<u8> {
    let mut sector = vec![
        0x31, 0xc0, // xor ax, ax
        0x8e, 0xd8, // mov ds, ax
        0xbe, 0x15, 0x7c, // mov si, 0x7c15: the message, behind this code
        0xba, 0xf8, 0x03, // mov dx, 0x3f8: the first serial port
        0xac, // next: lodsb
        0x84, 0xc0, // test al, al
        0x74, 0x03, // jz halt
        0xee, // out dx, al
        0xeb, 0xf8, // jmp next
        0xf4, // halt: hlt
        0xeb, 0xfd, // jmp halt
    ];
    sector.extend(b"\r\nTHE DISK BOOTED\r\n\0");
    sector.resize(510, 0);
    sector.extend([0x55, 0xaa]);
    sector
}

#[test]
fn without_an_image_a_machine_is_told_so_and_boots_its_disk() {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let muster = Muster::start(&namespace, &programs().unwrap(), folder.path(), "").unwrap();

    let image = folder.path().join("disk.img");
    let mut disk = boot_sector();
    disk.resize(1 << 20, 0);
    std::fs::write(&image, disk).unwrap();
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
    bios.wait_for_console("THE DISK BOOTED", Deadline::seconds(BOOT)).unwrap();
    told(&uefi);
    // No ticket was made, no host was invented.
    assert_eq!(muster.json(&["host", "list"]).unwrap().as_array().unwrap().len(), 0);
    let preview = muster.json(&["boot", "preview", "--mac", "52:54:00:00:00:03"]).unwrap();
    assert_eq!(preview["decision"], "local disk");
}
