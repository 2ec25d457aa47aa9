//! The system: its files, what it loads by itself, and the agent's first word.

use super::super::Course;
use super::{Hop, Next, RecordedStep, Seen, next};

pub(super) fn after_the_kernel() -> Next {
    next(
        Hop::Initramfs,
        60,
        "It has the kernel.",
        "It has the kernel and did not ask for the initramfs.",
        "iPXE ran out of memory, or refused the kernel: give the machine more memory (512 MiB for Muster's own image), see that the image is for its \
             processor, and that Secure Boot is off or the kernel is signed.",
    )
}

pub(super) fn after_the_initramfs(seen: &Seen<'_>, last: &RecordedStep) -> Next {
    if seen.course() == Some(Course::Live) {
        return next(
            Hop::System,
            240,
            "The kernel starts.",
            format!("The kernel started, and its root file system was not asked for.{}", network(seen, last)),
            no_network(seen, last, "the image"),
        );
    }
    next(
        Hop::Agent,
        180,
        "The kernel starts.",
        format!("It has kernel and initramfs, and the agent has not spoken.{}", network(seen, last)),
        no_network(seen, last, "the image (muster image build --modules, --firmware)"),
    )
}

pub(super) fn after_the_rootfs() -> Next {
    next(
        Hop::Agent,
        240,
        "It has its root file system.",
        "It has its root file system, and neither asked for its Ignition document nor spoke.",
        "The root file system is of another build than the initramfs (take all three from one release), or the machine has less than 2 GiB \
             of memory.",
    )
}

pub(super) fn after_the_kickstart() -> Next {
    next(
        Hop::System,
        900,
        "The installer has its kickstart.",
        "The installer has its kickstart and did not ask for the agent.",
        "It loads its second stage (some 1 GB) from the mirror first: see that the mirror is reached and whole, and that the machine has 4 GiB of \
             memory. Its console shows what it does.",
    )
}

pub(super) fn after_the_ignition() -> Next {
    next(
        Hop::Agent,
        240,
        "It has its Ignition document.",
        "It has its Ignition document, and the agent has not spoken.",
        "The agent could not be fetched or started: the console shows the unit's log. A wrong clock and a firewall before the server's TLS port (8443) \
             are the usual reasons.",
    )
}

pub(super) fn after_the_agent() -> Next {
    next(
        Hop::Agent,
        120,
        "It has the agent.",
        "It has the agent, and the agent has not spoken.",
        "The agent does not reach the server's TLS port (8443 unless it was changed): open it in the firewall, and see that --advertise names an \
             address that the machine can reach. The console shows the agent's last error.",
    )
}

fn network(seen: &Seen<'_>, last: &RecordedStep) -> &'static str {
    match (seen.system_asked_after(last), seen.dhcp_is_read()) {
        (true, _) => " The system has an address.",
        (false, true) => " The system never asked for an address.",
        (false, false) => "",
    }
}

fn no_network(seen: &Seen<'_>, last: &RecordedStep, image: &str) -> String {
    const NO_CARD: &str = "its network card has no driver or no firmware file in ";
    const NO_SERVER: &str = "the agent does not reach the server (TLS port 8443, --advertise), the machine's clock is far off, or another certificate answers than the script named";
    match (seen.system_asked_after(last), seen.dhcp_is_read()) {
        (true, _) => format!("The network works. Most likely {NO_SERVER}. The console shows the last error."),
        (false, true) => format!(
            "Most likely {NO_CARD}{image}, the link is down after the kernel took the card over, or the kernel did not start (memory, a kernel for another processor). The console shows which."
        ),
        (false, false) => format!(
            "Either {NO_CARD}{image}; or {NO_SERVER}. The console shows the last error. With the DHCP server's log (--dhcp-log) this could be told apart."
        ),
    }
}
