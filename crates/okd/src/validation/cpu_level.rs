//! The level of the x86-64 instruction set that the boot image is built for.

use boot::Arch;

use super::{Candidate, Finding};

const RULE: &str = "cpu-level";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let Some(image) = &candidate.cluster.image else {
        return Finding::warning(RULE, "it is not known which level is needed", "choose a boot image first");
    };
    if image.arch != Arch::X86_64 {
        return Finding::good(RULE, "only x86-64 has levels");
    }
    let level = candidate.inventory.cpu.as_ref().and_then(|cpu| cpu.x86_64_level);
    let build = &image.build;
    match (needed(build), level) {
        (Some(needed), Some(level)) if level < needed => Finding::refused(
            RULE,
            format!(
                "the processor reaches x86-64-v{level}, and CoreOS {build} needs x86-64-v{needed}: its programs would not start"
            ),
            "use a machine with a newer processor, or an image of an earlier stream; of a virtual machine, pass the host's processor \
             through",
        ),
        (Some(needed), Some(level)) => {
            Finding::good(RULE, format!("x86-64-v{level}, and CoreOS {build} needs x86-64-v{needed}"))
        }
        (None, Some(level)) if level < NEWEST => Finding::warning(
            RULE,
            format!("the processor reaches x86-64-v{level}, and build {build:?} does not say what it needs"),
            format!(
                "CentOS Stream CoreOS 10 needs x86-64-v{NEWEST}: make sure that this image is none of it"
            ),
        ),
        (None, Some(level)) => Finding::good(RULE, format!("x86-64-v{level}")),
        (_, None) => Finding::warning(
            RULE,
            "the level of its processor is not known",
            "let its agent report; CentOS Stream CoreOS 10 needs x86-64-v3",
        ),
    }
}

/// What the newest stream needs.
const NEWEST: u8 = 3;

/// What a build needs, by the release that it is made of: `10.0.20250628-0` is CentOS Stream 10, `41.2025…` is Fedora 41.
fn needed(build: &str) -> Option<u8> {
    let major: u32 = build.split(['.', '-']).find_map(|part| part.parse().ok())?;
    match major {
        // Fedora counts from here, and is built for every x86-64.
        30..=99 => Some(1),
        9 => Some(2),
        10..=29 => Some(NEWEST),
        // RHEL CoreOS: `418.94.2025…` is made of RHEL 9.4, `421.100.…` of RHEL 10.0.
        400.. => {
            let base: u32 = build.split(['.', '-']).filter_map(|part| part.parse().ok()).nth(1)?;
            Some(if base >= 100 { NEWEST } else { 2 })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::needed;

    #[test]
    fn a_build_says_which_level_it_needs() {
        for (build, level) in [
            ("9.0.20250510-0", Some(2)),
            ("10.0.20250628-0", Some(3)),
            ("scos-10.0.20260101-1", Some(3)),
            ("41.20250105.3.0", Some(1)),
            ("418.94.202501221327-0", Some(2)),
            ("421.100.202601010000-0", Some(3)),
            ("my build", None),
            ("", None),
        ] {
            assert_eq!(needed(build), level, "{build}");
        }
    }
}
