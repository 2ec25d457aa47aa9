//! QEMU's command line for a machine.

use std::path::Path;

use anyhow::{Context as _, ensure};

use super::Parts;
use super::spec::{DiskBus, Firmware, MachineSpec, NicModel};

const UEFI_CODE: &str = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const UEFI_SETTINGS: &str = "/usr/share/OVMF/OVMF_VARS_4M.fd";
const ARM64_CODE: &str = "/usr/share/AAVMF/AAVMF_CODE.fd";
const ARM64_SETTINGS: &str = "/usr/share/AAVMF/AAVMF_VARS.fd";
/// iPXE in the form of a Linux kernel, which QEMU can start without a disk.
const IPXE_KERNEL: &str = "/usr/lib/ipxe/ipxe.lkrn";

/// What the boot program of an ordinary network card does for a BIOS, written for iPXE.
pub(super) const PLAIN_PXE: &str =
    "#!ipxe\ndhcp net0 && chain tftp://${next-server}/undionly.kpxe || echo No network boot\n";

/// The emulator of this machine.
pub(super) const fn program(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios | Firmware::BiosWithPlainPxe | Firmware::Uefi => "qemu-system-x86_64",
        Firmware::UefiArm64 => "qemu-system-aarch64",
    }
}

/// A UEFI firmware's settings as it is delivered, and the package that they are in.
pub(super) const fn fresh_settings(firmware: Firmware) -> Option<(&'static str, &'static str)> {
    match firmware {
        Firmware::Bios | Firmware::BiosWithPlainPxe => None,
        Firmware::Uefi => Some((UEFI_SETTINGS, "ovmf")),
        Firmware::UefiArm64 => Some((ARM64_SETTINGS, "qemu-efi-aarch64")),
    }
}

pub(super) fn of(spec: &MachineSpec, parts: &Parts, tap: &str) -> anyhow::Result<Vec<String>> {
    let mut line = Line::default();
    // KVM is not everywhere; emulation is, and boots the same.
    line.add("-accel", "tcg");
    // With a random number instruction: without one the kernel gathers chance for seconds before it gives any. ARM's newest
    // would sign every pointer, which costs an emulator more than all else.
    line.add("-cpu", if spec.firmware == Firmware::UefiArm64 { "cortex-a57" } else { "max" });
    line.add("-nodefaults", "");
    line.add("-display", "none");
    line.add("-serial", "stdio");
    line.add("-m", &spec.memory_mib.to_string());
    line.add("-smp", &spec.cpus.to_string());
    firmware(&mut line, spec, parts)?;
    network(&mut line, spec, tap)?;
    identity(&mut line, spec, parts)?;
    disks(&mut line, spec, parts)?;
    if spec.bmc {
        line.add("-device", "ipmi-bmc-sim,id=bmc");
        line.add("-device", "isa-ipmi-kcs,bmc=bmc");
    }
    line.0.extend(spec.parts.iter().cloned());
    if let Some(boot) = &spec.boot {
        ensure!(
            spec.firmware != Firmware::BiosWithPlainPxe,
            "a machine that is given Linux needs no network boot"
        );
        line.add("-kernel", text(&boot.kernel)?);
        line.add("-initrd", text(&boot.initramfs)?);
        line.add("-append", &boot.arguments);
        if boot.is_reset_the_end {
            line.add("-no-reboot", "");
        }
    }
    Ok(line.0)
}

fn firmware(line: &mut Line, spec: &MachineSpec, parts: &Parts) -> anyhow::Result<()> {
    match spec.firmware {
        // Without graphics SeaBIOS, and all that speaks through it, uses the serial console.
        Firmware::Bios => line.add("-machine", "pc,graphics=off"),
        Firmware::BiosWithPlainPxe => {
            line.add("-machine", "pc,graphics=off");
            line.add("-kernel", IPXE_KERNEL);
            line.add("-initrd", text(&parts.boot_script)?);
        }
        Firmware::Uefi | Firmware::UefiArm64 => {
            let (machine, code) = match spec.firmware {
                Firmware::UefiArm64 => ("virt", ARM64_CODE),
                _ => ("q35", UEFI_CODE),
            };
            line.add("-machine", machine);
            line.add("-drive", &format!("if=pflash,unit=0,format=raw,readonly=on,file={code}"));
            let settings = escaped(text(&parts.firmware_settings)?);
            line.add("-drive", &format!("if=pflash,unit=1,format=raw,file={settings}"));
        }
    }
    Ok(())
}

/// The network comes before the disks in the order of booting.
fn network(line: &mut Line, spec: &MachineSpec, tap: &str) -> anyhow::Result<()> {
    let model = match spec.nic {
        NicModel::VirtioNet => "virtio-net-pci",
        NicModel::E1000e => "e1000e",
    };
    ensure!(
        !(spec.firmware.is_uefi() && spec.nic == NicModel::E1000e),
        "the UEFI firmware has no driver for an e1000e: take virtio-net"
    );
    // The card's own boot program is iPXE; without it the UEFI firmware's own PXE client runs.
    let rom = if spec.firmware.is_uefi() { ",romfile=" } else { "" };
    line.add("-netdev", &format!("tap,id=net0,ifname={tap},script=no,downscript=no"));
    line.add("-device", &format!("{model},netdev=net0,mac={},bootindex=1{rom}", escaped(&spec.mac)));
    for (number, mac) in (1..).zip(&spec.spare_macs) {
        line.add("-netdev", &format!("hubport,id=net{number},hubid={number}"));
        line.add("-device", &format!("virtio-net-pci,netdev=net{number},mac={},romfile=", escaped(mac)));
    }
    Ok(())
}

fn identity(line: &mut Line, spec: &MachineSpec, parts: &Parts) -> anyhow::Result<()> {
    let mut say = |kind: u8, fields: &[(&str, &str)]| {
        let said = fields.iter().filter(|(_, value)| !value.is_empty());
        let said: String = said.map(|(name, value)| format!(",{name}={}", escaped(value))).collect();
        line.add("-smbios", &format!("type={kind}{said}"));
    };
    let (system, board, chassis) = (&spec.system, &spec.board, &spec.chassis);
    say(
        1,
        &[
            ("manufacturer", &system.manufacturer),
            ("product", &system.product),
            ("serial", &system.serial),
            ("uuid", &spec.uuid),
        ],
    );
    say(2, &[("manufacturer", &board.manufacturer), ("product", &board.product), ("serial", &board.serial)]);
    say(
        3,
        &[("manufacturer", &chassis.manufacturer), ("serial", &chassis.serial), ("asset", &chassis.asset)],
    );
    for structure in &parts.smbios {
        line.add("-smbios", &format!("file={}", escaped(text(structure)?)));
    }
    Ok(())
}

fn disks(line: &mut Line, spec: &MachineSpec, parts: &Parts) -> anyhow::Result<()> {
    if spec.disks.iter().any(|disk| disk.bus == DiskBus::Sata) {
        line.add("-device", "ahci,id=sata");
    }
    let mut sata_port = 0;
    for (number, (disk, file)) in spec.disks.iter().zip(&parts.disks).enumerate() {
        line.add("-drive", &format!("if=none,id=disk{number},format=raw,file={}", escaped(text(file)?)));
        let bootindex = number + 2;
        let serial = escaped(&disk.serial);
        let device = match disk.bus {
            DiskBus::Nvme => format!("nvme,drive=disk{number},serial={serial},bootindex={bootindex}"),
            DiskBus::Sata => {
                sata_port += 1;
                format!(
                    "ide-hd,drive=disk{number},bus=sata.{},serial={serial},bootindex={bootindex}",
                    sata_port - 1
                )
            }
        };
        line.add("-device", &device);
    }
    Ok(())
}

#[derive(Default)]
struct Line(Vec<String>);

impl Line {
    fn add(&mut self, option: &str, value: &str) {
        self.0.push(option.to_owned());
        if !value.is_empty() {
            self.0.push(value.to_owned());
        }
    }
}

/// QEMU parts its options at commas; a doubled one is a comma.
fn escaped(value: &str) -> String {
    value.replace(',', ",,")
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dimm, DirectBoot, Disk, Maker};

    fn line_of(spec: &MachineSpec) -> String {
        let parts = Parts {
            disks: spec.disks.iter().map(|disk| format!("/f/{}", disk.serial).into()).collect(),
            smbios: spec.dimms.iter().map(|_| "/f/dimm".into()).collect(),
            firmware_settings: "/f/vars.fd".into(),
            boot_script: "/f/boot.ipxe".into(),
        };
        of(spec, &parts, "tap3").unwrap().join(" ")
    }

    #[test]
    fn a_uefi_card_has_no_boot_program_so_that_the_firmware_boots() {
        let uefi = line_of(&MachineSpec::new("u", Firmware::Uefi, "52:54:00:00:00:01"));
        assert!(
            uefi.contains("virtio-net-pci,netdev=net0,mac=52:54:00:00:00:01,bootindex=1,romfile="),
            "{uefi}"
        );
        assert!(uefi.contains("ifname=tap3"));
        let bios = line_of(&MachineSpec::new("b", Firmware::Bios, "52:54:00:00:00:01"));
        assert!(!bios.contains("romfile"), "{bios}");
        assert!(bios.contains("graphics=off"));
    }

    #[test]
    fn an_arm_machine_has_its_own_emulator_and_firmware() {
        let arm = line_of(&MachineSpec::new("a", Firmware::UefiArm64, "52:54:00:00:00:01"));
        assert!(
            arm.contains("-machine virt") && arm.contains("AAVMF_CODE") && arm.contains("romfile="),
            "{arm}"
        );
        assert_eq!(program(Firmware::UefiArm64), "qemu-system-aarch64");
    }

    #[test]
    fn a_plain_card_is_played_by_ipxe_as_a_kernel() {
        let line = line_of(&MachineSpec::new("b", Firmware::BiosWithPlainPxe, "52:54:00:00:00:01"));
        assert!(line.contains("-kernel /usr/lib/ipxe/ipxe.lkrn -initrd /f/boot.ipxe"), "{line}");
    }

    #[test]
    fn identity_and_disks_are_said_and_commas_survive() {
        let mut spec = MachineSpec::new("m", Firmware::Bios, "52:54:00:00:00:01");
        spec.system = Maker::new("ACME, Inc.", "Rack", "");
        spec.disks = vec![Disk::nvme("N1", 1), Disk::sata("S1", 1), Disk::sata("S2", 1)];
        spec.dimms = vec![None, Some(Dimm { size_mib: 1, speed_mts: 1, maker: Maker::default() })];
        let line = line_of(&spec);
        assert!(line.contains(
            "type=1,manufacturer=ACME,, Inc.,product=Rack,uuid=4d757374-6572-4000-8000-525400000001"
        ));
        assert!(line.contains("nvme,drive=disk0,serial=N1,bootindex=2"));
        assert!(line.contains("ide-hd,drive=disk2,bus=sata.1,serial=S2,bootindex=4"));
        assert_eq!(line.matches("-smbios file=/f/dimm").count(), 2);
        assert_eq!(line.matches("-device ahci").count(), 1);
    }

    #[test]
    fn a_machine_that_is_given_linux_starts_twice_only_where_that_is_wanted() {
        let mut spec = MachineSpec::new("l", Firmware::Bios, "52:54:00:00:00:01");
        spec.parts = ["-device", "qemu-xhci"].map(str::to_owned).to_vec();
        spec.boot = Some(DirectBoot {
            kernel: "/f/vmlinuz".into(),
            initramfs: "/f/initramfs".into(),
            arguments: "console=ttyS0 quiet".to_owned(),
            is_reset_the_end: true,
        });
        let line = line_of(&spec);
        assert!(line.ends_with(
            "-device qemu-xhci -kernel /f/vmlinuz -initrd /f/initramfs -append console=ttyS0 quiet -no-reboot"
        ));
        spec.boot.as_mut().unwrap().is_reset_the_end = false;
        assert!(line_of(&spec).ends_with("-append console=ttyS0 quiet"));
    }

    #[test]
    fn a_card_that_the_firmware_can_not_drive_is_refused() {
        let mut spec = MachineSpec::new("u", Firmware::Uefi, "52:54:00:00:00:01");
        spec.nic = NicModel::E1000e;
        let parts =
            Parts { disks: vec![], smbios: vec![], firmware_settings: "/f".into(), boot_script: "/f".into() };
        assert!(of(&spec, &parts, "tap0").is_err());
    }
}
