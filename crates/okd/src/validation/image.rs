//! What the node boots to be installed.

use boot::Arch;

use super::{Candidate, Finding};

const RULE: &str = "image";

pub(super) fn check(candidate: &Candidate<'_>) -> Finding {
    let cluster = &candidate.cluster.name;
    let Some(image) = &candidate.cluster.image else {
        return Finding::refused(
            RULE,
            format!("no boot image is chosen for {cluster}"),
            "choose one with muster cluster set, of the build that its installer names",
        );
    };
    let machine = candidate.inventory.cpu.as_ref().and_then(|cpu| cpu.architecture.as_deref());
    let (build, arch) = (&image.build, image.arch.as_str());
    match machine {
        Some(machine) if Arch::named(machine) != image.arch => Finding::refused(
            RULE,
            format!("the boot image of {cluster} is for {arch}, and the host's processor is {machine}"),
            "choose an image for that processor with muster cluster set",
        ),
        Some(_) => Finding::good(RULE, format!("{build} for {arch}")),
        None => Finding::warning(
            RULE,
            format!("{build} is for {arch}, and the host's processor is not known"),
            "let its agent report",
        ),
    }
}
