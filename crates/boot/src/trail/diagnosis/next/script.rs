//! The scripts, by iPXE.

use super::super::Course;
use super::{Hop, Next, Seen, next};

pub(super) fn after_the_entry() -> Next {
    next(
        Hop::Script,
        30,
        "iPXE has its first script.",
        "iPXE has its first script and did not ask for its own.",
        "The script names the address of this server as the machine reached it, or the one of --advertise: that address does not answer \
             from there (firewall, DNS, a proxy in between), or this iPXE is too old for a command of the script. The machine's \
             console says which.",
    )
}

pub(super) fn after_the_decision(seen: &Seen<'_>) -> Next {
    match seen.course() {
        Some(Course::Installer) => next(
            Hop::System,
            420,
            "It loads the installer from the mirror.",
            "It was sent to the installer, and did not ask for its kickstart.",
            "Kernel and initramfs come from the mirror, not from here: see that the machine reaches it, by plain HTTP or with a certificate that iPXE knows, and that the \
             mirror has images/pxeboot. With the installer running, its network card got no address (a driver, BOOTIF).",
        ),
        Some(Course::OtherIpxe) => next(
            Hop::Loader,
            45,
            "It was sent to another iPXE.",
            "It was sent to another iPXE and did not fetch it.",
            "iPXE stopped in the script: its console shows the line. See that the address in it is one that the machine reaches, and take the host's choice of another \
             iPXE back where its firmware refuses that one.",
        ),
        _ => next(
            Hop::Kernel,
            45,
            "It has its script.",
            "It has its script and did not ask for the kernel.",
            "iPXE stopped in the script: its console shows the line. The usual reasons are an iPXE without a command of the script, and an address in it that the machine does not \
             reach.",
        ),
    }
}
