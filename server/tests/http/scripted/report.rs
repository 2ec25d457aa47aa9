//! What the machine is made of, as its agent tells it.

use inventory::sections::{BootMode, Content, Cpu, Disk, Drive, Firmware, Memory, Nic, System, Transport};
use inventory::{Report, Section};

use super::Machine;

const GIB: u64 = 1 << 30;

impl Machine {
    pub(super) fn report(&self) -> Report {
        let mut report = self.agent.report();
        let disk = |index: u8| Disk {
            name: format!("sd{}", char::from(b'a' + index)),
            size_bytes: Some(480_103_981_056),
            model: Some("INTEL SSDSC2KB480G8".into()),
            serial: Some(if index == 0 { self.disk.clone() } else { format!("DATA{}-{index}", self.number) }),
            transport: Some(Transport::Ata),
            by_id: vec![if index == 0 {
                format!("ata-INTEL_SSDSC2KB480G8_{}", self.disk)
            } else {
                format!("ata-INTEL_SSDSC2KB480G8_DATA{}-{index}", self.number)
            }],
            by_path: vec![format!("pci-0000:00:17.0-ata-{}", index + 1)],
            ..Disk::default()
        };
        let card = |name: &str, mac: String| Nic {
            name: name.into(),
            mac: Some(mac.parse().unwrap()),
            permanent_mac: Some(mac.parse().unwrap()),
            physical: true,
            ..Nic::default()
        };
        let disks: Vec<Disk> = (0..3).map(disk).collect();
        let drive = |disk: &Disk| Drive {
            device: disk.name.clone(),
            serial: disk.serial.clone(),
            ..Drive::default()
        };
        let content = |disk: &Disk| Content { device: disk.name.clone(), ..Content::default() };
        let cpu = Cpu {
            architecture: Some("x86_64".into()),
            threads: Some(16),
            x86_64_level: Some(3),
            ..Cpu::default()
        };
        let memory =
            Memory { installed_bytes: Some(32 * GIB), usable_bytes: Some(31 * GIB), ..Memory::default() };
        let firmware =
            Firmware { boot_mode: Some(BootMode::Uefi), secure_boot: Some(false), ..Firmware::default() };
        let cards = vec![card("eth0", self.agent.mac.clone()), card("eth1", self.other_card())];
        report.sections.nics = Section::new(cards, vec![]);
        report.sections.drives = Section::new(disks.iter().map(drive).collect(), vec![]);
        report.sections.contents = Section::new(disks.iter().map(content).collect(), vec![]);
        report.sections.disks = Section::new(disks, vec![]);
        report.sections.cpu = Section::new(cpu, vec![]);
        report.sections.memory = Section::new(memory, vec![]);
        report.sections.firmware = Section::new(firmware, vec![]);
        let system = System {
            vendor: Some("Dell Inc.".into()),
            product: Some("PowerEdge R650".into()),
            serial: Some(self.agent.serial.clone()),
            uuid: self.uuid.clone(),
            ..System::default()
        };
        report.sections.system = Section::new(system, vec![]);
        report
    }
}
