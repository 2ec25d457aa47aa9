//! Firmware beside the usual two: 64-bit ARM, UEFI's HTTP boot, and a site whose DHCP can't tell iPXE from a firmware.
#![expect(clippy::unwrap_used, reason = "a test may")]

use lab::{
    Deadline, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Manner, Muster, Namespace, Scratch,
    newer_ipxe,
};
use muster_tests::programs;

/// ARM is emulated instruction by instruction, beside other tests.
const PATIENCE: u64 = 600;

/// Boots a machine at a site whose DHCP says these lines last, with the loaders of iPXE 2, until it has its own script:
/// there is no discovery system, and so it is told that.
fn reaches_its_script(firmware: Firmware, mac: &str, lines: &[String], tell_tales: &[&str]) {
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let mut options = DnsmasqOptions::new(&Muster::boot_url());
    options.extra_lines = lines.to_vec();
    let dnsmasq = Dnsmasq::start(&namespace, &options).unwrap();
    let loaders = newer_ipxe().unwrap();
    let muster = Muster::start_with(
        &namespace,
        &programs().unwrap(),
        folder.path(),
        "",
        &Manner { loaders, ..Manner::default() },
    )
    .unwrap();
    let mut machine = Machine::plug_in(MachineSpec::new("machine", firmware, mac), &namespace).unwrap();
    machine.power_on().unwrap();
    for tell_tale in tell_tales.iter().copied().chain(["run muster image use"]) {
        machine.wait_for_console(tell_tale, Deadline::seconds(PATIENCE)).unwrap_or_else(|error| {
            let (muster, dnsmasq) = (muster.process().log().tail(40), dnsmasq.process().log().tail(60));
            panic!("{error:#}\n{}\nmuster:\n{muster}\ndnsmasq:\n{dnsmasq}", machine.console().tail(60))
        });
    }
    let log = muster.process().log().tail(200);
    assert!(log.contains(mac), "{log}");
}

/// The line for iPXE, which has to come last.
fn for_ipxe() -> String {
    format!("dhcp-boot=tag:ipxe,{}", Muster::boot_url())
}

#[test]
fn an_arm_machine_reaches_its_script() {
    let server = Namespace::ADDRESS;
    let lines = [format!("dhcp-boot=tag:efiarm64,ipxe-arm64.efi,{server},{server}"), for_ipxe()];
    reaches_its_script(Firmware::UefiArm64, "52:54:00:00:00:31", &lines, &["iPXE initialising devices"]);
}

#[test]
fn a_uefi_machine_boots_by_http_alone() {
    let server = Namespace::ADDRESS;
    let lines = [
        // What it is offered by PXE is not there.
        format!("dhcp-boot=tag:efi64,not-there.efi,{server},{server}"),
        "dhcp-option-force=tag:http64,60,HTTPClient".to_owned(),
        format!("dhcp-boot=tag:http64,http://{server}:{}/boot/ipxe/snponly.efi", Muster::HTTP_PORT),
        for_ipxe(),
    ];
    reaches_its_script(Firmware::Uefi, "52:54:00:00:00:32", &lines, &["HTTP Boot over IPv4"]);
}

#[test]
fn a_site_that_can_not_tell_ipxe_from_firmware_does_not_loop() {
    let server = Namespace::ADDRESS;
    // iPXE itself is offered iPXE, again and again; `autoexec.ipxe` beside it comes first.
    let lines = [format!("dhcp-boot=tag:ipxe,snponly.efi,{server},{server}")];
    reaches_its_script(Firmware::Uefi, "52:54:00:00:00:33", &lines, &["autoexec.ipxe"]);
}
