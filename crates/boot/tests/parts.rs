//! Parts of an image, small and made here: a kernel's header, ELF programs and modules.

use std::path::{Path, PathBuf};

use boot::image::BuildOptions;
use inventory::Timestamp;

pub(crate) const KERNEL: &str = "6.1.0-56-amd64";

/// A processor, by its number in ELF files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Machine {
    X86_64 = 62,
    Aarch64 = 183,
}

/// The header of a bzImage, and nothing to boot.
pub(crate) fn bz_image() -> Vec<u8> {
    let mut bytes = vec![0; 0x2000];
    bytes[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    bytes[0x202..0x206].copy_from_slice(b"HdrS");
    bytes[0x206..0x208].copy_from_slice(&0x020f_u16.to_le_bytes());
    bytes[0x20e..0x210].copy_from_slice(&0x0100_u16.to_le_bytes());
    bytes[0x211] = 1;
    bytes[0x236] = 0x3f;
    let version = format!("{KERNEL} (builder@lab) #1\0");
    bytes[0x300..0x300 + version.len()].copy_from_slice(version.as_bytes());
    bytes
}

/// The header of an arm64 `Image` that UEFI can start, and nothing to boot.
fn arm64_image() -> Vec<u8> {
    let mut bytes = vec![0; 0x800];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x38..0x3c].copy_from_slice(b"ARM\x64");
    bytes[0x3c] = 0x40;
    bytes[0x40..0x46].copy_from_slice(b"PE\0\0\x64\xaa");
    bytes.extend(format!("Linux version {KERNEL} (builder@lab) #1\0").as_bytes());
    bytes
}

/// An ELF header for `machine`, with `segments` program headers behind it and `sections` section headers at `sections_at`.
fn header(kind: u16, machine: u16, segments: u16, sections_at: u64, sections: u16) -> Vec<u8> {
    let mut elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    elf.extend(kind.to_le_bytes());
    elf.extend(machine.to_le_bytes());
    elf.extend(1_u32.to_le_bytes());
    elf.extend(0_u64.to_le_bytes()); // entry
    elf.extend(if segments > 0 { 64_u64 } else { 0 }.to_le_bytes());
    elf.extend(sections_at.to_le_bytes());
    elf.extend(0_u32.to_le_bytes()); // flags
    for half in [64, 56, segments, 64, sections, sections.saturating_sub(1)] {
        elf.extend(u16::to_le_bytes(half));
    }
    elf
}

/// A program with one segment of this type (1: loaded, 3: the name of an interpreter).
pub(crate) fn program(machine: u16, segment: u32, content: &[u8]) -> Vec<u8> {
    let mut elf = header(2, machine, 1, 0, 0);
    elf.extend(segment.to_le_bytes());
    elf.extend(4_u32.to_le_bytes());
    for field in [120_u64, 0, 0, content.len() as u64, content.len() as u64, 1] {
        elf.extend(field.to_le_bytes());
    }
    elf.extend(content);
    elf
}

/// A kernel module for 64-bit x86 that says this of itself.
pub(crate) fn module(entries: &[&str]) -> Vec<u8> {
    module_for(Machine::X86_64, entries)
}

fn module_for(machine: Machine, entries: &[&str]) -> Vec<u8> {
    let info: Vec<u8> = entries.iter().flat_map(|entry| entry.bytes().chain([0])).collect();
    let names = b"\0.modinfo\0.shstrtab\0";
    let sections_at = 64 + info.len() + names.len();
    let mut elf = header(1, machine as u16, 0, sections_at as u64, 3);
    elf.extend(&info);
    elf.extend(names);
    elf.extend([0; 64]);
    for (name, kind, at, length) in [(1_u32, 1_u32, 64, info.len()), (10, 3, 64 + info.len(), names.len())] {
        elf.extend(name.to_le_bytes());
        elf.extend(kind.to_le_bytes());
        for field in [0, 0, at as u64, length as u64, 0, 1, 0] {
            elf.extend(u64::to_le_bytes(field));
        }
        // sh_link and sh_info are four bytes each: one of the eight-byte zeros above stands for both.
    }
    elf
}

/// A busybox with the names of its applets, and nothing to run.
pub(crate) fn busybox(machine: u16) -> Vec<u8> {
    let applets =
        b"BusyBox\0acpid\0dmesg\0init\0ip\0ipcalc\0killall\0modprobe\0pidof\0stty\0udhcpc\0uevent\0usleep\0";
    program(machine, 1, applets)
}

/// All that an image is made of, in a folder.
pub(crate) struct Parts {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) options: BuildOptions,
}

impl Parts {
    /// For 64-bit x86.
    pub(crate) fn new() -> Self {
        Self::of(Machine::X86_64)
    }

    pub(crate) fn of(machine: Machine) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let options = BuildOptions {
            kernel: at("vmlinuz-in"),
            modules_dir: at("modules"),
            busybox: at("busybox"),
            agent: at("muster-agent"),
            out: at("out"),
            firmware_dir: None,
            ssh: None,
            without: vec![],
            limit_bytes: BuildOptions::LIMIT_BYTES,
            extra: vec![],
            muster_version: "0.1.0".to_owned(),
            built_at: Timestamp(1_795_257_600_000),
        };
        let parts = Self { dir, options };
        parts.put("vmlinuz-in", &if machine == Machine::X86_64 { bz_image() } else { arm64_image() });
        parts.put("busybox", &busybox(machine as u16));
        parts.put(
            "muster-agent",
            &program(machine as u16, 1, b"..muster-agent/state\0muster-agent/0.1.0 (Muster)GET"),
        );
        let vermagic = format!("vermagic={KERNEL} SMP preempt mod_unload modversions ");
        for (path, entries) in [
            (
                "net/ethernet/intel/e1000e/e1000e",
                vec!["depends=ptp", "alias=pci:v00008086d00001533sv*", "alias=pci:v*"],
            ),
            ("net/ethernet/broadcom/bnx2x", vec!["depends=ptp,mdio,libcrc32c", "alias=pci:v000014E4d*"]),
            ("net/mdio", vec!["depends="]),
            ("ptp/ptp", vec!["depends=pps_core"]),
            ("pps/pps-core", vec!["depends="]),
            ("lib/libcrc32c", vec!["depends=", "softdep=pre: crc32c-generic built-in"]),
            ("lib/crc32c_generic", vec!["alias=crc32c"]),
            ("md/md-mod", vec!["depends=", "alias=md"]),
            ("scsi/scsi_debug", vec!["depends="]),
        ] {
            let entries = [entries, vec![vermagic.as_str()]].concat();
            parts.put(&format!("modules/kernel/drivers/{path}.ko"), &module_for(machine, &entries));
        }
        parts
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, content).unwrap();
    }
}
