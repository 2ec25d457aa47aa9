//! A file that did not arrive whole.

use std::time::Duration;

use super::{Hop, Next, RecordedStep, StepKind};

/// A transfer that broke off.
pub(in crate::trail::diagnosis) fn after_a_break(last: &RecordedStep, within: Duration) -> Next {
    let (sent, size) = (last.bytes.unwrap_or_default(), last.size.unwrap_or_default());
    let percent = sent.saturating_mul(100) / size.max(1);
    let stopped = format!("A file broke off after {sent} of {size} bytes ({percent} %): {}.", last.detail);
    let (hop, cause) = match last.kind {
        StepKind::Tftp => (
            Hop::Loader,
            "Packets of the full size do not get through: a tunnel or VLAN with a smaller MTU, or a firewall that follows TFTP wrongly and drops its second port. \
             Firmware that ends it by itself has too little room, or wants another file.",
        ),
        StepKind::Binary => {
            (Hop::Loader, "The firmware gave up: a cable, a switch port, or too little memory for the file.")
        }
        StepKind::Kernel => (Hop::Kernel, HTTP_BREAK),
        StepKind::Initramfs => (Hop::Initramfs, HTTP_BREAK),
        _ => (Hop::System, HTTP_BREAK),
    };
    Next {
        hop,
        within,
        going: "A file broke off; it may be fetched again.",
        stopped,
        cause: cause.to_owned(),
    }
}

const HTTP_BREAK: &str = "The machine was switched off or started anew, its memory is too small for the file (BIOS machines need room below 4 GiB), or the link went down. \
     An iPXE driver that fails under load does this, too: try snponly.efi instead of ipxe.efi, or the other way round.";
