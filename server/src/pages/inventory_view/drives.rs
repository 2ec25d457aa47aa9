//! How a drive does, in a cell.

use hosts::{DriveWord, Inventory};
use inventory::DriveHealth;
use inventory::sample::{DriveVerdict, DriveWarning};
use inventory::sections::{Disk, Drive};

use super::cell::{Cell, dash, joined, word};

/// What a disk's own drive says of itself; of one that says nothing, why.
pub(super) fn of_disk(disk: &Disk, inventory: &Inventory, words: &[DriveWord]) -> Cell {
    let is_it = |device: &str, wwn: &Option<String>, serial: &Option<String>| {
        (disk.wwn.is_some() && *wwn == disk.wwn)
            || (disk.serial.is_some() && *serial == disk.serial)
            // A drive of NVMe goes by its controller's name: `nvme0` has `nvme0n1`.
            || device == disk.name
            || disk.name.strip_prefix(device).is_some_and(|rest| rest.starts_with('n'))
    };
    let word =
        words.iter().find(|DriveWord { health, .. }| is_it(&health.device, &health.wwn, &health.serial));
    let drive =
        inventory.drives.iter().flatten().find(|drive| is_it(&drive.device, &drive.wwn, &drive.serial));
    told(drive, word.map(|word| &word.health))
}

/// What a drive says of itself, or why nothing is known.
pub(super) fn told(drive: Option<&Drive>, health: Option<&DriveHealth>) -> Cell {
    match (health, drive.and_then(|drive| drive.hides.as_ref())) {
        (Some(health), _) => judged(health),
        (None, Some(hides)) => Cell::badge("", "hidden", format!("by {}", hides.by)),
        (None, None) => dash(),
    }
}

fn judged(health: &DriveHealth) -> Cell {
    let (class, verdict) = match health.verdict {
        DriveVerdict::Failing => ("bad", "failing"),
        _ if !health.warnings.is_empty() || !health.failing_attributes.is_empty() => ("bad", "warns"),
        _ if damage(health).is_some() => ("warn", "damaged"),
        _ if health.asleep => ("", "asleep"),
        DriveVerdict::Passed => ("good", "OK"),
        DriveVerdict::Unknown => ("", "unknown"),
    };
    let warnings: Vec<String> =
        health.warnings.iter().filter_map(|warning: &DriveWarning| word(warning)).collect();
    let failing = health.failing_attributes.iter();
    let failing: Vec<String> =
        failing.map(|one| one.name.clone().unwrap_or_else(|| format!("attribute {}", one.id))).collect();
    let asleep = (health.asleep && verdict != "asleep").then(|| "asleep".to_owned());
    let text = [
        health.reason.clone(),
        Some(warnings.join(", ")),
        Some(failing.join(", ")),
        damage(health),
        asleep,
        health.temp_celsius.map(|celsius| format!("{celsius} °C")),
        health.used_percent.map(|percent| format!("{percent} % worn")),
        health.power_on_hours.map(|hours| format!("{hours} h")),
    ];
    Cell::badge(class, verdict, joined(text, " · ").unwrap_or_default())
}

/// Counters that are zero on a drive that never lost anything.
fn damage(health: &DriveHealth) -> Option<String> {
    let counters = [
        (health.pending_sectors, "sectors pending"),
        (health.offline_uncorrectable, "sectors unreadable"),
        (health.media_errors, "media errors"),
        (health.reallocated_sectors, "sectors reallocated"),
        (health.reported_uncorrectable, "uncorrected errors"),
        (health.uncorrected_read_errors, "uncorrected reads"),
        (health.uncorrected_write_errors, "uncorrected writes"),
        (health.grown_defects, "grown defects"),
    ];
    let lost =
        counters.map(|(count, what)| count.filter(|count| *count > 0).map(|count| format!("{count} {what}")));
    joined(lost, ", ")
}

#[cfg(test)]
mod tests {
    use inventory::Timestamp;
    use inventory::sections::HiddenDrives;

    use super::*;

    fn health(verdict: DriveVerdict) -> DriveHealth {
        DriveHealth { device: "sda".into(), verdict, temp_celsius: Some(34), ..DriveHealth::default() }
    }

    #[test]
    fn the_worst_is_said_first() {
        let well = health(DriveVerdict::Passed);
        let class = |health: &DriveHealth| told(None, Some(health)).badge.unwrap().class;
        assert_eq!(told(None, Some(&well)).plain(), "OK, 34 °C");
        assert_eq!(class(&well), "good");
        let pending = DriveHealth { pending_sectors: Some(8), asleep: true, ..well.clone() };
        assert_eq!(told(None, Some(&pending)).plain(), "damaged, 8 sectors pending · asleep · 34 °C");
        assert_eq!(class(&pending), "warn");
        let warns = DriveHealth { warnings: vec![DriveWarning::SpareLow], ..well.clone() };
        assert_eq!(
            (told(None, Some(&warns)).plain().as_str(), class(&warns)),
            ("warns, spare low · 34 °C", "bad")
        );
        let failing = DriveHealth { reason: Some("5d/10".into()), ..health(DriveVerdict::Failing) };
        assert_eq!(told(None, Some(&failing)).plain(), "failing, 5d/10 · 34 °C");
        let asleep = DriveHealth { asleep: true, ..well };
        assert_eq!(told(None, Some(&asleep)).plain(), "asleep, 34 °C");
        let hides = HiddenDrives { by: "megaraid_sas".into(), tools: vec![] };
        let hidden = Drive { hides: Some(hides), ..Drive::default() };
        assert_eq!(told(Some(&hidden), None).plain(), "hidden, by megaraid_sas");
        assert_eq!(told(None, None), dash());
    }

    #[test]
    fn a_disk_finds_its_own_drive() {
        let word = |device: &str, serial: Option<&str>| DriveWord {
            at: Timestamp(0),
            health: DriveHealth {
                device: device.into(),
                serial: serial.map(str::to_owned),
                ..health(DriveVerdict::Passed)
            },
        };
        let disk = |name: &str, serial: Option<&str>| Disk {
            name: name.into(),
            serial: serial.map(str::to_owned),
            ..Disk::default()
        };
        let of = |disk: Disk, word: DriveWord| of_disk(&disk, &Inventory::default(), &[word]).badge.is_some();
        assert!(of(disk("sda", Some("A")), word("sdz", Some("A"))));
        assert!(of(disk("nvme0n1", None), word("nvme0", None)));
        assert!(of(disk("sda", None), word("sda", None)));
        assert!(!of(disk("nvme10n1", None), word("nvme1", None)));
        assert!(!of(disk("sdb", Some("B")), word("sda", Some("A"))));
        assert!(!of(disk("sdb", None), word("sda", None)));
    }
}
