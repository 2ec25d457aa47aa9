//! What a temperature input measures, by its chip and its label.

use inventory::SensorClass;

use crate::probe::Probe;

/// The chip of a disk that says how warm it is.
const DRIVE: &str = "drivetemp";

/// The class of an input of the chip whose hwmon folder is `at`.
pub(super) fn of(probe: &Probe, at: &str, chip: &str, label: Option<&str>) -> SensorClass {
    match chip {
        "coretemp" | "k10temp" | "k8temp" | "zenpower" | "fam15h_power" | "via_cputemp" | "cpu_thermal"
        | "scpi_sensors" => SensorClass::Cpu,
        "nvme" => SensorClass::Nvme,
        DRIVE => drive(probe, at).1,
        _ => by_label(label.unwrap_or_default()),
    }
}

/// A board's chip has inputs for anything, and says for what in a label.
pub(crate) fn by_label(label: &str) -> SensorClass {
    let label = label.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
    if says(&["inlet", "ambient", "intake"]) {
        SensorClass::Inlet
    } else if label.starts_with("cpu") || says(&["package id", "tctl", "tdie"]) {
        SensorClass::Cpu
    } else {
        SensorClass::Other
    }
}

/// The one disk below the device, which tells whether it turns.
fn drive(probe: &Probe, at: &str) -> (Option<String>, SensorClass) {
    let block = format!("{at}/device/block");
    let disk = probe.names(&block).into_iter().next();
    let turns = disk.as_ref().and_then(|name| probe.flag(&format!("{block}/{name}/queue/rotational")));
    let class = match turns {
        Some(true) => SensorClass::Hdd,
        Some(false) => SensorClass::Ssd,
        None => SensorClass::Other,
    };
    (disk, class)
}

/// The disk that turns, of a chip in one.
pub(super) fn turning_disk(probe: &Probe, at: &str, chip: &str) -> Option<String> {
    let (disk, class) = if chip == DRIVE { drive(probe, at) } else { return None };
    disk.filter(|_| class == SensorClass::Hdd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    #[test]
    fn the_chip_or_else_the_label_tells() {
        let probe = Probe::new(Builder::new().root());
        let of = |chip, label| of(&probe, "/x", chip, label);
        assert_eq!(of("coretemp", Some("Core 3")), SensorClass::Cpu);
        assert_eq!(of("nvme", Some("Sensor 2")), SensorClass::Nvme);
        assert_eq!(of("nct6775", Some("CPUTIN")), SensorClass::Cpu);
        assert_eq!(of("dell_smm", Some("Ambient")), SensorClass::Inlet);
        assert_eq!(of("jc42", None), SensorClass::Other);
        assert_eq!(of("drivetemp", None), SensorClass::Other);
    }

    #[test]
    fn a_disk_that_spins_is_a_hard_disk() {
        for (flag, class) in [("1", SensorClass::Hdd), ("0", SensorClass::Ssd)] {
            let tree = Builder::new().file("/x/device/block/sda/queue/rotational", flag);
            assert_eq!(of(&Probe::new(tree.root()), "/x", "drivetemp", None), class);
        }
    }
}
