//! The table itself.

use super::{Executable, Firmware, IpxeBuild, LoadsBy, Processor, Support};

static BIOS: IpxeBuild = IpxeBuild {
    file: "undionly.kpxe",
    alternative: None,
    executable: Executable::Bios,
    asks_as: 0,
    platform: "pcbios",
    buildarch: "i386",
};

/// By the firmware's own driver (SNP), and only on the card that it booted from: other drivers are what breaks.
static X64: IpxeBuild = IpxeBuild {
    file: "snponly.efi",
    alternative: Some("ipxe.efi"),
    executable: Executable::Efi(Processor::X64),
    asks_as: 7,
    platform: "efi",
    buildarch: "x86_64",
};

static ARM64: IpxeBuild = IpxeBuild {
    file: "snponly-arm64.efi",
    alternative: None,
    executable: Executable::Efi(Processor::Arm64),
    asks_as: 11,
    platform: "efi",
    buildarch: "arm64",
};

static IA32: IpxeBuild = IpxeBuild {
    file: "snponly-i386.efi",
    alternative: Some("ipxe-i386.efi"),
    executable: Executable::Efi(Processor::Ia32),
    asks_as: 6,
    platform: "efi",
    buildarch: "i386",
};

/// As UEFI numbers it: ARM and Thumb mixed.
static ARM32: IpxeBuild = IpxeBuild {
    file: "snponly-arm32.efi",
    alternative: Some("ipxe-arm32.efi"),
    executable: Executable::Efi(Processor::Other(0x01c2)),
    asks_as: 10,
    platform: "efi",
    buildarch: "arm32",
};

const DEAD: &str = "nothing that is still built";
const BITS_32: &str = "Muster's systems are 64-bit";
const NO_SYSTEM: &str = "Muster has no system for this processor";
const NOT_UEFI: &str = "iPXE is built for BIOS and UEFI only";
const NOBODY: &str = "no firmware is known that asks so";
const RPI: &str = "the Raspberry Pi's ROM loads its own files, not iPXE";

const fn ipxe(code: u16, name: &'static str, tag: &'static str, build: &'static IpxeBuild) -> Firmware {
    Firmware { code, name, loads_by: LoadsBy::Tftp, support: Support::Ipxe(build), tag }
}

const fn given(code: u16, name: &'static str, tag: &'static str, build: &'static IpxeBuild) -> Firmware {
    Firmware { code, name, loads_by: LoadsBy::Tftp, support: Support::Given(build, BITS_32), tag }
}

const fn none(code: u16, name: &'static str, why: &'static str) -> Firmware {
    Firmware { code, name, loads_by: LoadsBy::Tftp, support: Support::None(why), tag: "none" }
}

const fn by_http(firmware: Firmware) -> Firmware {
    Firmware { loads_by: LoadsBy::Http, ..firmware }
}

/// All that IANA has numbered, in order.
pub static FIRMWARES: [Firmware; 42] = [
    ipxe(0, "BIOS", "bios", &BIOS),
    none(1, "NEC PC-98", DEAD),
    none(2, "Itanium UEFI", DEAD),
    none(3, "DEC Alpha", DEAD),
    none(4, "Arc x86", DEAD),
    none(5, "Intel Lean Client", DEAD),
    given(6, "UEFI x86 32-bit", "efi32", &IA32),
    ipxe(7, "UEFI x86-64", "efi64", &X64),
    none(8, "UEFI Xscale", DEAD),
    // EFI byte code by its name; in life another number of x86-64, for RFC 4578 had the two the wrong way round.
    ipxe(9, "UEFI x86-64 as EBC", "efi64", &X64),
    given(10, "UEFI ARM 32-bit", "efiarm32", &ARM32),
    ipxe(11, "UEFI arm64", "efiarm64", &ARM64),
    none(12, "PowerPC Open Firmware", NOT_UEFI),
    none(13, "PowerPC ePAPR", NOT_UEFI),
    none(14, "POWER OPAL", NOT_UEFI),
    by_http(given(15, "UEFI HTTP x86 32-bit", "http32", &IA32)),
    by_http(ipxe(16, "UEFI HTTP x86-64", "http64", &X64)),
    by_http(none(17, "UEFI HTTP EBC", NOBODY)),
    by_http(given(18, "UEFI HTTP ARM 32-bit", "httparm32", &ARM32)),
    by_http(ipxe(19, "UEFI HTTP arm64", "httparm64", &ARM64)),
    by_http(none(20, "BIOS HTTP", NOBODY)),
    none(21, "U-Boot ARM 32-bit", BITS_32),
    none(22, "U-Boot arm64", NOT_UEFI),
    by_http(none(23, "U-Boot HTTP ARM 32-bit", BITS_32)),
    by_http(none(24, "U-Boot HTTP arm64", NOT_UEFI)),
    none(25, "UEFI RISC-V 32-bit", NO_SYSTEM),
    by_http(none(26, "UEFI HTTP RISC-V 32-bit", NO_SYSTEM)),
    none(27, "UEFI RISC-V 64-bit", NO_SYSTEM),
    by_http(none(28, "UEFI HTTP RISC-V 64-bit", NO_SYSTEM)),
    none(29, "UEFI RISC-V 128-bit", NO_SYSTEM),
    by_http(none(30, "UEFI HTTP RISC-V 128-bit", NO_SYSTEM)),
    none(31, "s390 Basic", NOT_UEFI),
    none(32, "s390 Extended", NOT_UEFI),
    none(33, "UEFI MIPS 32-bit", NO_SYSTEM),
    none(34, "UEFI MIPS 64-bit", NO_SYSTEM),
    none(35, "UEFI Sunway 32-bit", NO_SYSTEM),
    none(36, "UEFI Sunway 64-bit", NO_SYSTEM),
    none(37, "UEFI LoongArch 32-bit", NO_SYSTEM),
    by_http(none(38, "UEFI HTTP LoongArch 32-bit", NO_SYSTEM)),
    none(39, "UEFI LoongArch 64-bit", NO_SYSTEM),
    by_http(none(40, "UEFI HTTP LoongArch 64-bit", NO_SYSTEM)),
    none(41, "Raspberry Pi boot ROM", RPI),
];
