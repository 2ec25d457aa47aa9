//! What follows each step, in which time, and what is wrong when it does not.

mod broken;
mod dhcp;
mod loader;
mod script;
mod system;

use std::time::Duration;

use super::{Hop, RecordedStep, Seen, StepKind};

pub(super) use broken::after_a_break;

/// What is awaited.
pub(super) struct Next {
    pub(super) hop: Hop,
    pub(super) within: Duration,
    pub(super) going: &'static str,
    pub(super) stopped: String,
    pub(super) cause: String,
}

fn next(
    hop: Hop,
    secs: u64,
    going: &'static str,
    stopped: impl Into<String>,
    cause: impl Into<String>,
) -> Next {
    Next { hop, within: Duration::from_secs(secs), going, stopped: stopped.into(), cause: cause.into() }
}

/// What is awaited after this step.
pub(super) fn after(seen: &Seen<'_>, last: &RecordedStep) -> Next {
    match last.kind {
        StepKind::DhcpDiscover => dhcp::after_a_question(),
        StepKind::DhcpOffer => dhcp::after_an_offer(last),
        StepKind::DhcpRefused => dhcp::after_a_refusal(last),
        StepKind::DhcpAck => dhcp::after_an_address(last),
        StepKind::Tftp | StepKind::Binary => loader::after_the_loader(seen, last),
        StepKind::EntryScript => script::after_the_entry(),
        StepKind::Decision | StepKind::Script => script::after_the_decision(seen),
        StepKind::Kernel => system::after_the_kernel(),
        StepKind::Initramfs => system::after_the_initramfs(seen, last),
        StepKind::Rootfs => system::after_the_rootfs(),
        StepKind::Kickstart => system::after_the_kickstart(),
        StepKind::Ignition => system::after_the_ignition(),
        StepKind::Agent => system::after_the_agent(),
        // These end a boot; whoever asks what follows them anyway is told so.
        StepKind::AgentFirstWord | StepKind::AgentFailed | StepKind::Refused => next(
            Hop::End,
            0,
            "Nothing more is awaited.",
            "Nothing more is awaited.",
            "Nothing is wrong here.",
        ),
    }
}
