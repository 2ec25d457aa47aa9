//! Secure Boot: the loaders of CentOS Stream CoreOS are not signed for it.

use inventory::sections::BootMode;

use super::{Candidate, Finding};

const RULE: &str = "secure-boot";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let firmware = candidate.inventory.firmware.as_ref();
    let said = firmware.map(|firmware| (firmware.boot_mode, firmware.secure_boot));
    match said {
        Some((_, Some(true))) => Finding::refused(
            RULE,
            "Secure Boot is on, and CoreOS is not signed for it: the machine would stop with a bad shim signature",
            "switch Secure Boot off in the machine's firmware, boot it into discovery once more, and try again",
        ),
        Some((_, Some(false))) => Finding::good(RULE, "off"),
        Some((Some(BootMode::Bios), None)) => Finding::good(RULE, "a BIOS has none"),
        _ => Finding::warning(
            RULE,
            "whether Secure Boot is on is not known",
            "look in the machine's firmware: with it on, CoreOS does not start",
        ),
    }
}
