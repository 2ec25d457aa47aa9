//! What each step is followed by, in which time, and what is usually wrong when it is not. Pure.

use std::time::Duration;

use super::Step;
use super::course::Course;
use crate::role::Role;

/// What is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    /// Which step comes next.
    pub(super) next: Step,
    /// How long it may take since the machine was last heard of.
    pub(super) within: Duration,
    /// What is awaited, as a sentence goes on.
    pub(super) awaits: &'static str,
    /// What usually keeps it from coming, and what to look at.
    pub(super) cause: String,
}

/// How long a machine may take from the node's document to its next word: who has it and stays silent is not our machine.
pub(super) const LEAK_AFTER: Duration = mins(5);

const fn mins(mins: u64) -> Duration {
    Duration::from_secs(mins * 60)
}

/// What follows the last step of `course`; nothing after the last one of all.
pub(super) fn after(course: &Course) -> Option<Expected> {
    let (last, ..) = course.last();
    let joins_late = course.role != Role::Bootstrap;
    let expected =
        |next, within, awaits, cause: &str| Some(Expected { next, within, awaits, cause: cause.to_owned() });
    match last {
        Step::Armed => expected(
            Step::Script,
            mins(30),
            "that it boots from the network and asks for its script",
            "It is off, or its firmware boots from its disk before the network. Switch it on, or reset it (muster host power), and look at its boot trail.",
        ),
        Step::Script => Some(Expected {
            next: Step::Kernel,
            within: mins(3),
            awaits: "that it fetches the kernel",
            cause: never_the_kernel(course.attempts()),
        }),
        Step::Kernel => expected(
            Step::Rootfs,
            mins(6),
            "that it fetches the root file system",
            "The kernel runs and has no network: no carrier yet, a bond or VLAN that the switch does not forward, the wrong card in its network arguments, or no driver for it. Compare muster host explain with the cable and the switch port.",
        ),
        Step::Rootfs => expected(
            Step::Live,
            mins(10),
            "that the installing system starts",
            "Less than 2 GiB of memory, or a root file system that is not of the initramfs's build: its console says which. muster asset verify looks at the files.",
        ),
        // The document may be fetched before the root file system is.
        Step::Live if !course.has(Step::Rootfs) => expected(
            Step::Rootfs,
            mins(10),
            "that it fetches the root file system",
            "It has its document and not its root file system: a slow or broken line, or less than 2 GiB of memory.",
        ),
        Step::Live => expected(
            Step::DiskChecked,
            mins(10),
            "that it looks at its disk",
            "The installing system does not get as far as its guard: a kernel without the driver of the disk's controller, or it can't reach this server any more. Its console says more.",
        ),
        Step::DiskChecked => expected(
            Step::Ignition,
            mins(5),
            "that the installer fetches the node's document",
            "The installer waits: this server told it to (503: it has no agent for that processor, or its database takes no word; its log says which), or it can't reach this server.",
        ),
        Step::Ignition => expected(
            Step::Writing,
            LEAK_AFTER,
            "that it begins to write its disk",
            "The machine was switched off just then, lost its network, or it was not our machine that fetched the document.",
        ),
        Step::Writing => expected(
            Step::Written,
            mins(15),
            "that its disk is written",
            "A disk that is very slow or dying, or the network is lost: nothing was heard while it writes. Look at its console before it is reset; a reset now leaves half an installation.",
        ),
        Step::Written => expected(
            Step::FirstBoot,
            if joins_late { mins(45) } else { mins(20) },
            "that it boots from its disk for the first time",
            first_boot(joins_late),
        ),
        Step::FirstBoot => expected(
            Step::Agent,
            if joins_late { mins(45) } else { mins(20) },
            "that the agent of the installed system speaks",
            "The agent's service does not run, or can't reach this server's TLS port from the installed system's network: journalctl -u muster-agent on the node says why.",
        ),
        Step::Agent => expected(
            Step::InService,
            mins(1),
            "that it is in service",
            "This server did not note it: see its log.",
        ),
        Step::InService => None,
    }
}

fn never_the_kernel(attempts: usize) -> String {
    let usual = "Its iPXE lacks a command that the script needs, is of another processor's kind, or can't fetch from this server: its console says which.";
    match attempts {
        0 | 1 => usual.to_owned(),
        again => format!("It has asked {again} times and never got further. {usual}"),
    }
}

const fn first_boot(joins_late: bool) -> &'static str {
    if joins_late {
        "It waits for its config from the cluster: api-int does not resolve, the load balancer sends port 22623 to the wrong servers or to none, the bootstrap is not up yet, its fixed address is wrong, or the certificates are out of time (x509 on its console). Or its firmware does not boot from the disk that was written: muster host show tells the boot order."
    } else {
        "Its firmware does not boot from the disk that was written (muster host show tells the boot order), or Ignition fails on its console."
    }
}
