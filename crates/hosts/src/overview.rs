//! What lists show of a host, from its inventory and its sample. Pure.

use inventory::sections::{Disk, Nic, Transport};
use inventory::{FilesystemUse, Sample, Temperature};

use crate::boot_order::BootOrder;
use crate::document::Inventory;
use crate::junk::is_junk;

/// Characters of one value in a list.
const MAX: usize = 120;
/// Readings outside are a broken sensor's: they are kept in the sample and not shown as the hottest.
const PLAUSIBLE_CELSIUS: std::ops::RangeInclusive<f64> = -40.0..=150.0;

/// The columns that an inventory fills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Overview {
    pub(crate) vendor: Option<String>,
    pub(crate) product: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) cpu: Option<String>,
    pub(crate) cpu_threads: Option<i64>,
    pub(crate) memory_bytes: Option<i64>,
    pub(crate) disk_count: Option<i64>,
    pub(crate) disk_bytes: Option<i64>,
    pub(crate) nic_count: Option<i64>,
    pub(crate) primary_address: Option<String>,
    /// What its firmware's order of booting comes to.
    pub(crate) boot_order: Option<&'static str>,
}

impl Overview {
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let said = |text: &Option<String>| text.as_ref().filter(|t| !t.trim().is_empty()).map(|t| shorten(t));
        let serial = |text: &Option<String>| said(text).filter(|t| !is_junk(t));
        let system = inventory.system.as_ref();
        let board = system.and_then(|s| s.board.as_ref());
        let chassis = system.and_then(|s| s.chassis.as_ref());
        let disks = inventory.disks.as_ref().map(|disks| disks.iter().filter(|d| is_built_in(d)));
        let nics = inventory.nics.as_ref();
        Self {
            vendor: system.and_then(|s| said(&s.vendor)).or_else(|| board.and_then(|b| said(&b.vendor))),
            product: system.and_then(|s| said(&s.product)).or_else(|| board.and_then(|b| said(&b.product))),
            serial: system
                .and_then(|s| serial(&s.serial))
                .or_else(|| chassis.and_then(|c| serial(&c.serial)))
                .or_else(|| board.and_then(|b| serial(&b.serial))),
            cpu: inventory.cpu.as_ref().and_then(|cpu| said(&cpu.model)),
            cpu_threads: inventory.cpu.as_ref().and_then(|cpu| cpu.threads).map(i64::from),
            memory_bytes: inventory
                .memory
                .as_ref()
                .and_then(|memory| memory.installed_bytes.or(memory.usable_bytes))
                .map(column),
            disk_count: disks.clone().map(|disks| column(disks.count() as u64)),
            disk_bytes: disks
                .map(|disks| column(disks.filter_map(|d| d.size_bytes).fold(0, u64::saturating_add))),
            nic_count: nics.map(|nics| column(nics.iter().filter(|nic| nic.physical).count() as u64)),
            primary_address: nics.and_then(|nics| primary_address(nics)),
            boot_order: inventory.firmware.as_ref().map(|firmware| BootOrder::of(Some(firmware)).verdict()),
        }
    }
}

fn is_built_in(disk: &Disk) -> bool {
    disk.removable != Some(true) && disk.transport != Some(Transport::Usb)
}

/// The address on the card that the machine booted from, else on one with a cable, else on any.
fn primary_address(nics: &[Nic]) -> Option<String> {
    let with_address = nics.iter().filter(|nic| !nic.addresses.is_empty());
    let best = with_address.min_by_key(|nic| (!nic.boot, !nic.physical, nic.carrier != Some(true)))?;
    let address = best.addresses.first()?.split('/').next()?;
    Some(shorten(address))
}

/// The sensor that is hottest, by what it reads.
pub(crate) fn hottest(sample: &Sample) -> Option<&Temperature> {
    let plausible = sample.temperatures.iter().filter(|t| PLAUSIBLE_CELSIUS.contains(&t.temp_celsius));
    plausible.max_by(|a, b| a.temp_celsius.total_cmp(&b.temp_celsius))
}

/// The filesystem that is fullest, in percent. One that is read-only is full by nature.
pub(crate) fn fullest(sample: &Sample) -> Option<(&FilesystemUse, f64)> {
    let writable = sample.filesystems.iter().filter(|filesystem| !filesystem.read_only);
    let used = writable.filter_map(|filesystem| Some((filesystem, filesystem.used_percent()?)));
    used.max_by(|(_, a), (_, b)| a.total_cmp(b))
}

pub(crate) fn shorten(text: &str) -> String {
    text.trim().chars().take(MAX).collect()
}

/// A count or size as a column holds it.
pub(crate) fn column(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use inventory::sections::{Board, Cpu, Memory, System};
    use inventory::{AgentStamp, SensorClass, Timestamp};

    use super::*;

    #[test]
    fn the_columns_say_what_is_in_the_machine() {
        let disk = |size, removable, transport| Disk {
            size_bytes: Some(size),
            removable: Some(removable),
            transport: Some(transport),
            ..Disk::default()
        };
        let nic = |addresses: &[&str], boot| Nic {
            addresses: addresses.iter().map(|a| (*a).to_owned()).collect(),
            boot,
            physical: true,
            ..Nic::default()
        };
        let overview = Overview::of(&Inventory {
            system: Some(System {
                vendor: Some(" Dell Inc. ".into()),
                product: Some(String::new()),
                serial: Some("Not Specified".into()),
                board: Some(Board {
                    product: Some("0X89R8".into()),
                    serial: Some("B1234".into()),
                    ..Board::default()
                }),
                ..System::default()
            }),
            cpu: Some(Cpu { model: Some("x".repeat(500)), threads: Some(64), ..Cpu::default() }),
            memory: Some(Memory { usable_bytes: Some(u64::MAX), ..Memory::default() }),
            disks: Some(vec![
                disk(u64::MAX, false, Transport::Nvme),
                disk(5, false, Transport::Sas),
                disk(1, true, Transport::Usb),
                disk(1, false, Transport::Usb),
            ]),
            nics: Some(vec![
                nic(&["10.0.0.9/24"], false),
                nic(&["10.0.0.5/24", "fd00::1/64"], true),
                nic(&[], false),
            ]),
            ..Inventory::default()
        });
        assert_eq!(overview.vendor.as_deref(), Some("Dell Inc."));
        assert_eq!(overview.product.as_deref(), Some("0X89R8"));
        assert_eq!(overview.serial.as_deref(), Some("B1234"));
        assert_eq!(overview.cpu.unwrap().len(), MAX);
        assert_eq!((overview.cpu_threads, overview.memory_bytes), (Some(64), Some(i64::MAX)));
        assert_eq!((overview.disk_count, overview.disk_bytes), (Some(2), Some(i64::MAX)));
        assert_eq!((overview.nic_count, overview.primary_address.as_deref()), (Some(3), Some("10.0.0.5")));
        assert_eq!(Overview::of(&Inventory::default()), Overview::default(), "absent is not zero");
    }

    #[test]
    fn the_hottest_and_the_fullest_are_real_ones() {
        let temperature = |sensor: &str, temp_celsius| Temperature {
            sensor: sensor.into(),
            label: None,
            class: SensorClass::Cpu,
            temp_celsius,
            max_celsius: None,
            crit_celsius: None,
            alarm: None,
        };
        let filesystem = |mount: &str, used_bytes, read_only| FilesystemUse {
            mount: mount.into(),
            size_bytes: 100,
            used_bytes,
            available_bytes: 100 - used_bytes,
            read_only,
            ..FilesystemUse::default()
        };
        let sample = Sample {
            temperatures: vec![temperature("a", 41.0), temperature("b", 1e300), temperature("c", 77.5)],
            filesystems: vec![
                filesystem("/", 40, false),
                filesystem("/cdrom", 100, true),
                filesystem("/var", 80, false),
            ],
            ..Sample::new(AgentStamp { boot_id: None, start_id: "s".into(), seq: 1 }, Timestamp(0))
        };
        assert_eq!(hottest(&sample).unwrap().sensor, "c");
        let (filesystem, percent) = fullest(&sample).unwrap();
        assert_eq!((filesystem.mount.as_str(), percent), ("/var", 80.0));
    }
}
