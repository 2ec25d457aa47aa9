//! Processors, memory, firmware and what watches over them; and names that were typed in by nobody or by an enemy.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::process::Command;

use lab::{
    Chassis, Deadline, Dimm, Firmware, MachineSpec, Maker, Namespace, Process, Scratch, host_interface,
    memory_array, packages,
};
use muster_tests::tpm::Tpm;

use crate::claims::{Claim, absent, at_least, has, is, length, there};
use crate::machine;

const HOSTILE: &str = r#""><script>alert(1)</script>${7*7}"#;
const BMC_PORT: u16 = 9002;
const START_SECS: u64 = 60;

const PREPARE: &str = r#"
mkdir -p /sys/firmware/efi/efivars && mount -t efivarfs efivarfs /sys/firmware/efi/efivars
for bus in /sys/bus/i2c/devices/i2c-*; do
    grep -q stub $bus/name || continue
    number=${bus##*-}
    # 45.5 °C as the chips have it, the more significant byte first
    i2cset -y $number 0x48 0 0x802d w
    i2cset -y $number 0x18 5 0xd802 w
    echo lm75 0x48 >$bus/new_device
    echo jc42 0x18 >$bus/new_device
done
for try in $(seq 100); do
    [ -e /dev/ipmi0 ] && break
    sleep 0.2
done
ls -l /dev/ipmi0 /dev/tpm0 /dev/tpmrm0 /sys/class/hwmon /sys/firmware/efi
"#;

/// A management controller with an address of its own, in the namespace.
fn bmc(namespace: &Namespace, folder: &Path) -> Process {
    let program = folder.join("lan-config");
    std::fs::write(
        &program,
        "#!/bin/sh\n# ipmi_sim says: get NAME …\nshift\nfor name; do case $name in\n\
         ip_addr) echo ip_addr:10.20.30.40;;\nip_addr_src) echo ip_addr_src:static;;\n\
         mac_addr) echo mac_addr:ac:1f:6b:00:00:42;;\nsubnet_mask) echo subnet_mask:255.255.255.0;;\n\
         default_gw_ip_addr) echo default_gw_ip_addr:10.20.30.1;;\n\
         default_gw_mac_addr) echo default_gw_mac_addr:00:00:00:00:00:00;;\n\
         backup_gw_ip_addr) echo backup_gw_ip_addr:0.0.0.0;;\n\
         backup_gw_mac_addr) echo backup_gw_mac_addr:00:00:00:00:00:00;;\nesac; done\n",
    )
    .unwrap();
    let program = program.to_str().unwrap();
    let configuration = format!(
        "name \"lab\"\nset_working_mc 0x20\n  startlan 1\n    addr 127.0.0.1 9001\n    priv_limit admin\n\
         allowed_auths_callback none\n    allowed_auths_user none\n    allowed_auths_operator none\n\
         allowed_auths_admin none\n    guid a123456789abcdefa123456789abcdef\n    \
         lan_config_program \"{program}\"\n  endlan\n  serial 15 127.0.0.1 {BMC_PORT} codec VM\n  startnow false\n\
         user 1 true \"\" \"test\" user 10 none\n"
    );
    std::fs::write(folder.join("lan.conf"), configuration).unwrap();
    std::fs::write(
        folder.join("emulation"),
        "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\n\
         sel_enable 0x20 1000 0x0a\nmc_enable 0x20\n",
    )
    .unwrap();
    Process::run("chmod", Command::new("chmod").args(["+x", program]), Deadline::seconds(START_SECS))
        .unwrap();
    let mut command = namespace.command("sh");
    // Its standard input is a terminal to it; at its end it would stop doing anything.
    command
        .args(["-c", "tail -f /dev/null | ipmi_sim -c lan.conf -f emulation -s state -n"])
        .current_dir(folder);
    Process::spawn("ipmi_sim", &command).unwrap()
}

fn spec(tpm: &Tpm) -> MachineSpec {
    let mut spec = MachineSpec::new("platform", Firmware::Uefi, "52:54:00:00:02:01");
    spec.cpus = 4;
    spec.memory_mib = 1024;
    spec.system = Maker::new(HOSTILE, "To Be Filled By O.E.M.", "  SYS-7  ");
    spec.uuid = "03000200-0400-0500-0006-000700080009".to_owned();
    spec.board = Maker::new("Default string", HOSTILE, "0123456789");
    spec.chassis = Chassis {
        manufacturer: "\u{fffd}\u{1}\u{7f}".to_owned(),
        serial: "Chassis Serial Number".to_owned(),
        asset: HOSTILE.to_owned(),
    };
    let dimm = |serial: &str| Dimm {
        size_mib: 512,
        speed_mts: 3200,
        maker: Maker::new("Lab Memory", "LM-3200-ECC     ", serial),
    };
    spec.dimms = vec![Some(dimm("DIMM-A")), None, Some(dimm(HOSTILE)), None];
    let service = SocketAddrV4::new(Ipv4Addr::new(169, 254, 1, 1), 443);
    spec.smbios = vec![memory_array(4, 1 << 20), host_interface(0x046b, 0xffb0, service)];
    let parts = [
        ("-smp", "4,sockets=2,cores=2,threads=1"),
        ("-object", "memory-backend-ram,size=512M,id=near"),
        ("-object", "memory-backend-ram,size=512M,id=far"),
        ("-numa", "node,nodeid=0,cpus=0-1,memdev=near"),
        ("-numa", "node,nodeid=1,cpus=2-3,memdev=far"),
        ("-numa", "dist,src=0,dst=1,val=21"),
        ("-device", "VGA"),
        ("-chardev", &format!("socket,id=ipmi,host=127.0.0.1,port={BMC_PORT},reconnect=1")),
        ("-device", "ipmi-bmc-extern,id=bmc,chardev=ipmi"),
        ("-device", "isa-ipmi-kcs,bmc=bmc"),
    ];
    spec.parts =
        parts.iter().flat_map(|(option, value)| [(*option).to_owned(), (*value).to_owned()]).collect();
    spec.parts.extend(tpm.parts("tpm-crb"));
    spec
}

#[test]
fn a_server_with_everything_is_told_and_junk_is_known_as_such() {
    packages::require(packages::HARDWARE).unwrap();
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let tpm = Tpm::start(folder.path()).unwrap();
    let _bmc = bmc(&namespace, folder.path());
    let modules = [
        "efivarfs",
        "ipmi_si",
        "ipmi_devintf",
        "ipmi_msghandler",
        "i2c_dev",
        "i2c_stub chip_addr=0x48,0x18",
        "lm75",
        "jc42",
    ];
    let told = machine::ask(spec(&tpm), &namespace, &modules, &[], PREPARE).unwrap();
    let security = [firmware(), certificates(&tpm)].concat();
    told.must(&[identity(), security, processors(), memory(), devices()].concat(), &sample());
}

/// Junk is told as it is, harmless to a terminal; it is the server who knows it for junk.
fn identity() -> Vec<Claim> {
    let system = |field: &str| format!("/sections/system/data/{field}");
    vec![
        is(&system("vendor"), HOSTILE),
        is(&system("product"), "To Be Filled By O.E.M."),
        is(&system("serial"), "SYS-7"),
        is(&system("uuid"), "03000200-0400-0500-0006-000700080009"),
        is(&system("board/product"), HOSTILE),
        is(&system("chassis/serial"), "Chassis Serial Number"),
        is(&system("chassis/asset_tag"), HOSTILE),
        is(&system("hypervisor"), true),
        is(&system("virtual_machine"), "qemu"),
    ]
}

fn firmware() -> Vec<Claim> {
    let firmware = |field: &str| format!("/sections/firmware/data/{field}");
    vec![
        is("/sections/firmware/status", "ok"),
        is(&firmware("boot_mode"), "uefi"),
        is(&firmware("uefi_bits"), 64),
        is(&firmware("secure_boot"), false),
        is(&firmware("setup_mode"), true),
        there(&firmware("smbios_version")),
        is(&firmware("tpm/version"), "2.0"),
        has(&firmware("tpm/pcr_banks"), "sha256"),
    ]
}

/// The emulated TPM names its maker, and has been given certificates by a maker of the test's own.
fn certificates(tpm: &Tpm) -> Vec<Claim> {
    let told = |field: &str| format!("/sections/tpm/data/{field}");
    let mut claims = vec![
        is("/sections/tpm/status", "ok"),
        is(&told("manufacturer"), "IBM"),
        length(&told("certificates"), tpm.certificates.len()),
    ];
    for (key, sha256) in &tpm.certificates {
        claims.push(is(&told(&format!("certificates/key={key}/sha256")), sha256.as_str()));
    }
    claims
}

fn processors() -> Vec<Claim> {
    let cpu = |field: &str| format!("/sections/cpu/data/{field}");
    vec![
        is(&cpu("sockets"), 2),
        is(&cpu("cores"), 4),
        is(&cpu("threads"), 4),
        is(&cpu("smt"), false),
        has(&cpu("flags"), "aes"),
        length(&cpu("numa_nodes"), 2),
        is(&cpu("numa_nodes/id=1/cpus"), "2-3"),
        is(&cpu("numa_nodes/id=0/distances/1"), 21),
        at_least(&cpu("numa_nodes/id=1/memory_bytes"), 400e6),
        is(&cpu("caches/level=3/count"), 2),
        is(&cpu("vulnerabilities/name=spectre_v1/state"), "mitigated"),
        length(&cpu("slots"), 2),
    ]
}

fn memory() -> Vec<Claim> {
    let memory = |field: &str| format!("/sections/memory/data/{field}");
    vec![
        is(&memory("ecc"), "multi-bit ECC"),
        is(&memory("installed_bytes"), 1_u64 << 30),
        is(&memory("slot_count"), 4),
        length(&memory("slots"), 4),
        is(&memory("slots/serial=DIMM-A/size_bytes"), 512_u64 << 20),
        is(&memory("slots/serial=DIMM-A/part"), "LM-3200-ECC"),
        is(&memory("slots/serial=DIMM-A/configured_mts"), 3200),
        is(&memory("slots/locator=DIMM 1/bank"), "BANK 1"),
        absent(&memory("slots/locator=DIMM 1/size_bytes")),
        is(&memory("slots/locator=DIMM 2/serial"), HOSTILE),
    ]
}

fn devices() -> Vec<Claim> {
    let bmc = |field: &str| format!("/sections/bmc/data/{field}");
    vec![
        is(&bmc("interface"), "KCS"),
        is(&bmc("ipmi_version"), "2.0"),
        is(&bmc("manufacturer_id"), 0x1291),
        is(&bmc("lan/channel=1/address"), "10.20.30.40"),
        is(&bmc("lan/channel=1/mask"), "255.255.255.0"),
        is(&bmc("lan/channel=1/gateway"), "10.20.30.1"),
        is(&bmc("lan/channel=1/mac"), "ac:1f:6b:00:00:42"),
        is(&bmc("lan/channel=1/source"), "static"),
        is(&bmc("host_interfaces/0/redfish_address"), "169.254.1.1"),
        is(&bmc("host_interfaces/0/redfish_port"), 443),
        is(&bmc("host_interfaces/0/vendor"), "046b"),
        is("/sections/gpus/data/0/vendor", "1234"),
        is("/sections/gpus/data/0/class", "030000"),
        is("/sections/gpus/data/0/bmc", false),
        is("/sections/sensors/data/chip=lm75/kind", "temperature"),
        is("/sections/os/data/architecture", "x86_64"),
        has("/sections/os/data/modules", "i2c_stub"),
    ]
}

fn sample() -> Vec<Claim> {
    vec![
        is("/temperatures/sensor=i2c-0~10-0048~1lm75~1temp1/temp_celsius", 45.5),
        is("/temperatures/sensor=i2c-0~10-0018~1jc42~1temp1/temp_celsius", 45.5),
        there("/pressure/cpu/some"),
        there("/memory/available_bytes"),
        at_least("/uptime_secs", 1.0),
        is("/clock/synchronised", false),
        absent("/warnings"),
    ]
}
