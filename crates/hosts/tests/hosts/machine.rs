//! Machines as tests make them.

use inventory::sections::{Board, Disk, Memory, MemorySlot, Nic, Os, System};
use inventory::{
    AgentInfo, AgentKey, AgentStamp, EnrolRequest, FilesystemUse, MacAddr, Report, SCHEMA, Sample, Section,
    Sections, SensorClass, Temperature, Timestamp,
};

/// A machine; each field is what it says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) system: System,
    pub(crate) macs: Vec<&'static str>,
    pub(crate) disks: Vec<&'static str>,
    pub(crate) memory_gib: u64,
    pub(crate) hostname: Option<&'static str>,
    pub(crate) key: AgentKey,
    pub(crate) start_id: &'static str,
    pub(crate) boot_id: Option<&'static str>,
}

impl Machine {
    /// A server of a maker who fills everything in: number `n` of its line.
    pub(crate) fn server(n: u8) -> Self {
        Self {
            system: System {
                vendor: Some("Dell Inc.".into()),
                product: Some("PowerEdge R640".into()),
                serial: Some(format!("SVC{n:04}")),
                uuid: Some(format!("4c4c4544-0048-5110-804a-c6c04f59{n:04x}")),
                board: Some(Board { serial: Some(format!("BRD{n:04}")), ..Board::default() }),
                ..System::default()
            },
            macs: match n {
                1 => vec!["3c:ec:ef:00:01:01", "3c:ec:ef:00:01:02"],
                2 => vec!["3c:ec:ef:00:02:01", "3c:ec:ef:00:02:02"],
                _ => vec!["3c:ec:ef:00:03:01", "3c:ec:ef:00:03:02"],
            },
            disks: vec!["DISK1"],
            memory_gib: 32,
            hostname: None,
            key: AgentKey::generate().unwrap(),
            start_id: "start-1",
            boot_id: Some("boot-1"),
        }
    }

    /// A virtual one without SMBIOS: all that it has is a MAC address set by software.
    pub(crate) fn lab(mac: &'static str) -> Self {
        Self { system: System::default(), macs: vec![mac], ..Self::server(1) }
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// As after a boot into a system that keeps nothing.
    pub(crate) fn rebooted(&self) -> Self {
        let key = AgentKey::generate().unwrap();
        Self { key, start_id: "start-2", boot_id: Some("boot-2"), ..self.clone() }
    }

    pub(crate) fn mac(&self) -> MacAddr {
        self.macs[0].parse().unwrap()
    }

    fn agent(&self) -> AgentInfo {
        AgentInfo {
            version: "0.1.0".into(),
            start_id: self.start_id.into(),
            boot_id: self.boot_id.map(str::to_owned),
        }
    }

    pub(crate) fn request(&self) -> EnrolRequest {
        EnrolRequest {
            schema: SCHEMA,
            agent: self.agent(),
            key: self.key.clone(),
            ticket: None,
            identity: self.report().identity(),
            hostname: self.hostname.map(str::to_owned),
        }
    }

    pub(crate) fn report(&self) -> Report {
        let nic = |(n, mac): (usize, &&str)| Nic {
            name: format!("eth{n}"),
            permanent_mac: Some(mac.parse().unwrap()),
            physical: true,
            ..Nic::default()
        };
        let disk = |(n, serial): (usize, &&str)| Disk {
            name: format!("sd{n}"),
            serial: Some((*serial).to_owned()),
            size_bytes: Some(1 << 40),
            ..Disk::default()
        };
        let slot = MemorySlot { size_bytes: Some(self.memory_gib << 30), ..MemorySlot::default() };
        let memory =
            Memory { installed_bytes: Some(self.memory_gib << 30), slots: vec![slot], ..Memory::default() };
        Report {
            schema: SCHEMA,
            agent: self.agent(),
            collected_at: Timestamp(1),
            duration_ms: 1,
            sections: Sections {
                system: Section::new(self.system.clone(), vec![]),
                memory: Section::new(memory, vec![]),
                disks: Section::new(self.disks.iter().enumerate().map(disk).collect(), vec![]),
                nics: Section::new(self.macs.iter().enumerate().map(nic).collect(), vec![]),
                os: Section::new(Os { hostname: self.hostname.map(str::to_owned), ..Os::default() }, vec![]),
                ..Sections::default()
            },
        }
    }

    pub(crate) fn stamp(&self, seq: u64) -> AgentStamp {
        AgentStamp { boot_id: self.boot_id.map(str::to_owned), start_id: self.start_id.into(), seq }
    }

    pub(crate) fn sample(&self, seq: u64, temp_celsius: f64) -> Sample {
        Sample {
            uptime_secs: Some(60),

            temperatures: vec![Temperature {
                sensor: "pci0/nvme/1".into(),
                label: Some("Composite".into()),
                class: SensorClass::Nvme,
                temp_celsius,
                max_celsius: None,
                crit_celsius: None,
                alarm: None,
            }],
            filesystems: vec![FilesystemUse {
                mount: "/var".into(),
                size_bytes: 100,
                used_bytes: 75,
                available_bytes: 25,
                read_only: false,
                ..FilesystemUse::default()
            }],
            ..Sample::new(self.stamp(seq), Timestamp(1))
        }
    }
}
