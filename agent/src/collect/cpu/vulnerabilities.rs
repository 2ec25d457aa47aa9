//! Known weaknesses, and what the kernel does about them.

use inventory::sections::{Vulnerability, VulnerabilityState};

use super::CPUS;
use crate::collect::bounded;
use crate::probe::Probe;

pub(super) fn all(probe: &Probe) -> Vec<Vulnerability> {
    let folder = format!("{CPUS}/vulnerabilities");
    let _there = probe.stand(&folder);
    let told = probe.names(&folder).into_iter().filter_map(|name| {
        let says = probe.text(&format!("{folder}/{name}"))?;
        Some(read(name, &says))
    });
    bounded(probe, &folder, told.collect())
}

fn read(name: String, says: &str) -> Vulnerability {
    // "KVM: Mitigation: VMX disabled" speaks of virtual machines only.
    let plain = says.strip_prefix("KVM: ").unwrap_or(says);
    let (state, detail) = if let Some(rest) = plain.strip_prefix("Not affected") {
        (VulnerabilityState::NotAffected, rest)
    } else if let Some(rest) = plain.strip_prefix("Mitigation") {
        (VulnerabilityState::Mitigated, rest)
    } else if let Some(rest) =
        plain.strip_prefix("Vulnerable").or_else(|| plain.strip_prefix("Processor vulnerable"))
    {
        (VulnerabilityState::Vulnerable, rest)
    } else {
        (VulnerabilityState::Other, plain)
    };
    let detail = detail.trim_start_matches([':', ';', ',', ' ']);
    Vulnerability { name, state, detail: (!detail.is_empty()).then(|| detail.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_told_apart() {
        use VulnerabilityState::{Mitigated, NotAffected, Other, Vulnerable};
        for (says, state, detail) in [
            ("Not affected", NotAffected, None),
            ("Mitigation: PTI", Mitigated, Some("PTI")),
            ("KVM: Mitigation: VMX disabled", Mitigated, Some("VMX disabled")),
            (
                "Mitigation: Clear CPU buffers; SMT vulnerable",
                Mitigated,
                Some("Clear CPU buffers; SMT vulnerable"),
            ),
            ("Vulnerable", Vulnerable, None),
            ("Vulnerable: No microcode", Vulnerable, Some("No microcode")),
            ("Processor vulnerable", Vulnerable, None),
            (
                "Unknown: Dependent on hypervisor status",
                Other,
                Some("Unknown: Dependent on hypervisor status"),
            ),
        ] {
            let read = read("x".to_owned(), says);
            assert_eq!((read.state, read.detail.as_deref()), (state, detail), "{says}");
        }
    }
}
