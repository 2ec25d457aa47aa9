//! What ECC memory met. Counters are read and never reset.

use inventory::MemoryErrors;

use crate::collect::edac::{self, Part};
use crate::collect::{Nothing, cut};
use crate::probe::Probe;

/// Machines have some hundred modules; only those that met an error are told.
const ERRORS_LIMIT: usize = 256;

pub(super) fn read(probe: &Probe) -> Result<Vec<MemoryErrors>, Nothing> {
    let mut errors = Vec::new();
    for (name, folder) in edac::folders(probe) {
        let number = |file: &str| probe.number(&format!("{folder}/{file}"));
        errors.push(MemoryErrors {
            corrected: number("ce_count"),
            uncorrected: number("ue_count"),
            counted_secs: number("seconds_since_reset"),
            label: name.clone(),
            name: None,
        });
        for part in edac::parts(probe, &folder) {
            match part {
                Part::Module(module) => errors.extend(module_errors(probe, &name, &folder, &module)),
                Part::Row(row, channels) => row_errors(probe, &name, &folder, &row, &channels, &mut errors),
            }
        }
    }
    errors.sort_by(|a, b| a.label.cmp(&b.label));
    cut(probe, "/sys/devices/system/edac", &mut errors, ERRORS_LIMIT);
    Ok(errors)
}

fn met(errors: Option<u64>) -> bool {
    errors.is_some_and(|number| number > 0)
}

fn module_errors(probe: &Probe, controller: &str, folder: &str, module: &str) -> Option<MemoryErrors> {
    let at = |file: &str| format!("{folder}/{module}/{file}");
    let (corrected, uncorrected) = (probe.number(&at("dimm_ce_count")), probe.number(&at("dimm_ue_count")));
    (met(corrected) || met(uncorrected)).then(|| MemoryErrors {
        label: format!("{controller}/{module}"),
        name: probe.text(&at("dimm_label")),
        corrected,
        uncorrected,
        counted_secs: None,
    })
}

/// Old drivers count what was corrected by channel, and what was not by row.
fn row_errors(
    probe: &Probe,
    controller: &str,
    folder: &str,
    row: &str,
    channels: &[u32],
    errors: &mut Vec<MemoryErrors>,
) {
    let at = |file: &str| format!("{folder}/{row}/{file}");
    let uncorrected = probe.number(&at("ue_count"));
    if met(uncorrected) {
        errors.push(MemoryErrors {
            label: format!("{controller}/{row}"),
            uncorrected,
            ..MemoryErrors::default()
        });
    }
    for channel in channels {
        let corrected = probe.number(&at(&format!("ch{channel}_ce_count")));
        if met(corrected) {
            errors.push(MemoryErrors {
                label: format!("{controller}/{row}/ch{channel}"),
                name: probe.text(&at(&format!("ch{channel}_dimm_label"))),
                corrected,
                ..MemoryErrors::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;

    const EDAC: &str = "/sys/devices/system/edac/mc";

    fn said(tree: &Builder) -> Vec<MemoryErrors> {
        read(&Probe::new(tree.root())).unwrap()
    }

    fn errors(
        label: &str,
        name: Option<&str>,
        corrected: Option<u64>,
        uncorrected: Option<u64>,
    ) -> MemoryErrors {
        let name = name.map(str::to_owned);
        MemoryErrors { label: label.to_owned(), name, corrected, uncorrected, counted_secs: None }
    }

    #[test]
    fn controllers_are_told_always_and_modules_that_met_an_error() {
        let tree = Builder::new()
            .files(
                &format!("{EDAC}/mc0"),
                &[("ce_count", "3\n"), ("ue_count", "0\n"), ("csrow0/ch0_ce_count", "3\n")],
            )
            .files(&format!("{EDAC}/mc0/dimm0"), &[("dimm_ce_count", "0\n"), ("dimm_ue_count", "0\n")])
            .files(
                &format!("{EDAC}/mc0/dimm3"),
                &[("dimm_ce_count", "3\n"), ("dimm_ue_count", "0\n"), ("dimm_label", "CPU0_DIMM_B1\n")],
            )
            .file(&format!("{EDAC}/mc1/ce_count"), "junk\n");
        assert_eq!(
            said(&tree),
            [
                errors("mc0", None, Some(3), Some(0)),
                errors("mc0/dimm3", Some("CPU0_DIMM_B1"), Some(3), Some(0)),
                errors("mc1", None, None, None),
            ]
        );
    }

    #[test]
    fn rows_of_old_drivers_are_told_by_channel() {
        let tree = Builder::new().files(
            &format!("{EDAC}/mc0"),
            &[
                ("ce_count", "7\n"),
                ("csrow1/ue_count", "2\n"),
                ("csrow1/ch0_dimm_label", "A1\n"),
                ("csrow1/ch0_ce_count", "0\n"),
                ("csrow1/ch1_dimm_label", "A2\n"),
                ("csrow1/ch1_ce_count", "7\n"),
            ],
        );
        assert_eq!(
            said(&tree)[1..],
            [errors("mc0/csrow1", None, None, Some(2)), errors("mc0/csrow1/ch1", Some("A2"), Some(7), None)]
        );
    }

    #[test]
    fn no_driver_is_no_error() {
        assert!(said(&Builder::new().folder(EDAC)).is_empty() && said(&Builder::new()).is_empty());
    }
}
