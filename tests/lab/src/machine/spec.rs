//! What a machine is made of.

use std::path::PathBuf;

/// The firmware, and how it boots from the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Firmware {
    /// SeaBIOS. QEMU's network cards carry iPXE as their boot program, which asks DHCP for a script straight away.
    Bios,
    /// SeaBIOS, and a stand-in for the boot program of an ordinary network card: it fetches `undionly.kpxe` by TFTP and
    /// starts it on the card's PXE interface. (There is no boot program for QEMU's cards that is not iPXE.)
    BiosWithPlainPxe,
    /// OVMF. The card has no boot program: the firmware's own PXE client runs, and fetches `snponly.efi` by TFTP.
    Uefi,
    /// The same for 64-bit ARM. DHCP has to name a loader for it that the site has: Debian 12 brings none.
    UefiArm64,
}

impl Firmware {
    /// It is UEFI.
    #[must_use]
    pub const fn is_uefi(self) -> bool {
        matches!(self, Self::Uefi | Self::UefiArm64)
    }
}

/// Who made a part, and what it is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maker {
    /// The maker's name.
    pub manufacturer: String,
    /// The product's name.
    pub product: String,
    /// The part's serial number.
    pub serial: String,
}

impl Maker {
    /// All three at once.
    #[must_use]
    pub fn new(manufacturer: &str, product: &str, serial: &str) -> Self {
        Self { manufacturer: manufacturer.to_owned(), product: product.to_owned(), serial: serial.to_owned() }
    }
}

/// The case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chassis {
    /// Who made it.
    pub manufacturer: String,
    /// Its serial number.
    pub serial: String,
    /// The owner's own number on it.
    pub asset: String,
}

/// A memory module in its slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dimm {
    /// Its size.
    pub size_mib: u16,
    /// Its speed.
    pub speed_mts: u16,
    /// Who made it, what it is, and its serial number.
    pub maker: Maker,
}

/// How a disk is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskBus {
    /// NVMe: it has a temperature.
    Nvme,
    /// SATA, on an AHCI controller.
    Sata,
}

/// A disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// How it is connected.
    pub bus: DiskBus,
    /// Its serial number.
    pub serial: String,
    /// Its size, when it is a blank one.
    pub size_bytes: u64,
    /// A raw image that it is, instead of a blank one; the machine writes to it.
    pub image: Option<PathBuf>,
}

impl Disk {
    /// A blank NVMe disk.
    #[must_use]
    pub fn nvme(serial: &str, size_bytes: u64) -> Self {
        Self { bus: DiskBus::Nvme, serial: serial.to_owned(), size_bytes, image: None }
    }

    /// A blank SATA disk.
    #[must_use]
    pub fn sata(serial: &str, size_bytes: u64) -> Self {
        Self { bus: DiskBus::Sata, ..Self::nvme(serial, size_bytes) }
    }
}

/// Which network card it boots from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NicModel {
    /// QEMU's own.
    VirtioNet,
    /// Intel 82574L. Debian's OVMF has no driver for it: for BIOS machines only.
    E1000e,
}

/// Linux that a machine is started with: past its firmware's search for something to boot, as a boot loader would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectBoot {
    /// `vmlinuz`.
    pub kernel: PathBuf,
    /// Its first filesystem.
    pub initramfs: PathBuf,
    /// The kernel's command line.
    pub arguments: String,
    /// Whether it is off instead of starting again when it is reset: a kernel that panics would start again, and again.
    pub is_reset_the_end: bool,
}

/// A machine to be put together by [`super::Machine::plug_in`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineSpec {
    /// Its label in messages of the lab.
    pub name: String,
    /// Its firmware.
    pub firmware: Firmware,
    /// The MAC of the card that it boots from.
    pub mac: String,
    /// The model of that card.
    pub nic: NicModel,
    /// MACs of further cards, whose plugs go nowhere.
    pub spare_macs: Vec<String>,
    /// Memory that it really has.
    pub memory_mib: u32,
    /// Processors.
    pub cpus: u8,
    /// SMBIOS type 1.
    pub system: Maker,
    /// SMBIOS type 1.
    pub uuid: String,
    /// SMBIOS type 2.
    pub board: Maker,
    /// SMBIOS type 3.
    pub chassis: Chassis,
    /// SMBIOS type 17: what the slots are said to hold; `None` is an empty slot.
    pub dimms: Vec<Option<Dimm>>,
    /// The disks, in this order.
    pub disks: Vec<Disk>,
    /// Whether it has a simulated BMC on IPMI.
    pub bmc: bool,
    /// SMBIOS structures of other kinds, as the firmware's table holds them: each takes the place of QEMU's own of that kind.
    pub smbios: Vec<Vec<u8>>,
    /// Further parts, in QEMU's own words (`-device`, …): what only one scenario has.
    pub parts: Vec<String>,
    /// What it boots; otherwise it looks for itself, in the network first.
    pub boot: Option<DirectBoot>,
}

impl MachineSpec {
    /// The least that boots; change what the test is about. The UUID is made from the MAC.
    #[must_use]
    pub fn new(name: &str, firmware: Firmware, mac: &str) -> Self {
        let hex: String = mac.chars().filter(char::is_ascii_hexdigit).collect();
        Self {
            name: name.to_owned(),
            firmware,
            mac: mac.to_owned(),
            nic: NicModel::VirtioNet,
            spare_macs: Vec::new(),
            memory_mib: if firmware.is_uefi() { 1024 } else { 768 },
            cpus: 1,
            system: Maker::new("Lab", "Machine", &format!("SYS-{hex}")),
            uuid: format!("4d757374-6572-4000-8000-{hex:0>12}"),
            board: Maker::new("Lab", "Board", &format!("BRD-{hex}")),
            chassis: Chassis {
                manufacturer: "Lab".to_owned(),
                serial: format!("CHS-{hex}"),
                asset: String::new(),
            },
            dimms: Vec::new(),
            disks: Vec::new(),
            bmc: false,
            smbios: Vec::new(),
            parts: Vec::new(),
            boot: None,
        }
    }

    /// A machine with something in it: two DIMMs in four slots, an NVMe drive and a SATA disk.
    #[must_use]
    pub fn furnished(name: &str, firmware: Firmware, mac: &str, serial: &str) -> Self {
        let spec = Self::new(name, firmware, mac);
        let half = u16::try_from(spec.memory_mib / 2).unwrap_or_default();
        let dimm = |slot: &str| Dimm {
            size_mib: half,
            speed_mts: 3200,
            maker: Maker::new("Lab Memory", "LM-3200", &format!("{serial}-{slot}")),
        };
        Self {
            system: Maker::new("Lab Systems", "Shelf 1000", serial),
            board: Maker::new("Lab Systems", "Board 7", &format!("{serial}-B")),
            chassis: Chassis {
                manufacturer: "Lab Systems".to_owned(),
                serial: format!("{serial}-C"),
                asset: "rack 1".to_owned(),
            },
            dimms: vec![Some(dimm("A")), Some(dimm("B")), None, None],
            disks: vec![
                Disk::nvme(&format!("NVME-{serial}"), 8 << 30),
                Disk::sata(&format!("SATA-{serial}"), 4 << 30),
            ],
            ..spec
        }
    }
}
