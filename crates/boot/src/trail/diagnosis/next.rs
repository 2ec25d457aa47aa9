//! What follows each step, in which time, and what is wrong when it does not.

use std::time::Duration;

use super::loops::{RULE, is_binary};
use super::{Client, Course, Facts, Hop, RecordedStep, Seen, StepKind};
use crate::trail::dhcp::arch_in_words;

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
        StepKind::DhcpDiscover => next(
            Hop::Dhcp,
            20,
            "It asks for an address.",
            "It asked for an address and was offered none.",
            "The DHCP server hears it and does not answer: no range is set for this network or it is used up, the machine is set to \
             be ignored, or it is in another VLAN than the range is for.",
        ),
        StepKind::DhcpOffer => after_an_offer(last),
        StepKind::DhcpRefused => next(
            Hop::Dhcp,
            20,
            "It got no address, and may ask again.",
            format!("The DHCP server gave it no address: {}.", last.detail),
            "Make the range larger, or delete a reservation for this machine that lies in another network.",
        ),
        StepKind::DhcpAck => after_an_address(last),
        StepKind::Tftp | StepKind::Binary => after_the_loader(seen, last),
        StepKind::EntryScript => next(
            Hop::Script,
            30,
            "iPXE has its first script.",
            "iPXE has its first script and did not ask for its own.",
            "The script names the address of this server as the machine reached it, or the one of --advertise: that address does not answer \
             from there (firewall, DNS, a proxy in between), or this iPXE is too old for a command of the script. The machine's \
             console says which.",
        ),
        StepKind::Decision | StepKind::Script => after_the_decision(seen),
        StepKind::Kernel => next(
            Hop::Initramfs,
            60,
            "It has the kernel.",
            "It has the kernel and did not ask for the initramfs.",
            "iPXE ran out of memory, or refused the kernel: give the machine more memory (512 MiB for Muster's own image), see that the image is for its \
             processor, and that Secure Boot is off or the kernel is signed.",
        ),
        StepKind::Initramfs if seen.course() == Some(Course::Live) => next(
            Hop::System,
            240,
            "The kernel starts.",
            format!("The kernel started, and its root file system was not asked for.{}", network(seen, last)),
            no_network(seen, last, "the image"),
        ),
        StepKind::Initramfs => next(
            Hop::Agent,
            180,
            "The kernel starts.",
            format!("It has kernel and initramfs, and the agent has not spoken.{}", network(seen, last)),
            no_network(seen, last, "the image (muster image build --modules, --firmware)"),
        ),
        StepKind::Rootfs => next(
            Hop::Agent,
            240,
            "It has its root file system.",
            "It has its root file system, and neither asked for its Ignition document nor spoke.",
            "The root file system is of another build than the initramfs (take all three from one release), or the machine has less than 2 GiB \
             of memory.",
        ),
        StepKind::Kickstart => next(
            Hop::System,
            900,
            "The installer has its kickstart.",
            "The installer has its kickstart and did not ask for the agent.",
            "It loads its second stage (some 1 GB) from the mirror first: see that the mirror is reached and whole, and that the machine has 4 GiB of \
             memory. Its console shows what it does.",
        ),
        StepKind::Ignition => next(
            Hop::Agent,
            240,
            "It has its Ignition document.",
            "It has its Ignition document, and the agent has not spoken.",
            "The agent could not be fetched or started: the console shows the unit's log. A wrong clock and a firewall before the server's TLS port (8443) \
             are the usual reasons.",
        ),
        StepKind::Agent => next(
            Hop::Agent,
            120,
            "It has the agent.",
            "It has the agent, and the agent has not spoken.",
            "The agent does not reach the server's TLS port (8443 unless it was changed): open it in the firewall, and see that --advertise names an \
             address that the machine can reach. The console shows the agent's last error.",
        ),
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

fn after_an_offer(last: &RecordedStep) -> Next {
    let cause = match missing_file(&last.facts) {
        Some(cause) => cause,
        None => "Another DHCP server on this network answered first, or the answer does not reach the machine (a relay, a VLAN). \
                 Find the other one with muster doctor boot."
            .to_owned(),
    };
    next(Hop::Dhcp, 20, "It was offered an address.", "It was offered an address and did not take it.", cause)
}

fn after_an_address(last: &RecordedStep) -> Next {
    let (facts, client) = (&last.facts, last.facts.client);
    if let Some(cause) = missing_file(facts) {
        return next(
            Hop::Loader,
            20,
            "It has an address.",
            "It has an address, and was not told what to load.",
            cause,
        );
    }
    let file = facts.boot_file.as_deref().unwrap_or("its boot file");
    let server = facts.next_server.as_deref().unwrap_or("the server that DHCP named");
    match client {
        Some(Client::Ipxe) if is_binary(file) => next(
            Hop::Chain,
            5,
            "iPXE has an address.",
            format!("iPXE runs, and DHCP told it to load {file} again."),
            RULE,
        ),
        Some(Client::Ipxe) => next(
            Hop::Chain,
            30,
            "iPXE has an address.",
            format!("iPXE was told to load {file}, and did not ask this server for it."),
            "The URL leads elsewhere: see that it names this server's address and HTTP port (8080 unless it was changed), that the firewall lets it through, \
             and that no name in it needs a DNS server that the machine does not have.",
        ),
        _ if file.contains("://") => next(
            Hop::Loader,
            30,
            "It has an address.",
            format!("It was told to load {file} by HTTP, and did not ask this server for it."),
            "UEFI loads by HTTP only when the answer repeats its vendor class (option 60 \"HTTPClient\", sent by force), and when plain HTTP is allowed in its setup. See \
             that the URL names this server, without a redirect.",
        ),
        _ => next(
            Hop::Loader,
            30,
            "It has an address.",
            format!("It was told to load {file} from {server}, and did not ask this server for it."),
            "The next server that DHCP names is not this one, or UDP port 69 does not get through. In OPNsense a boot entry needs server name and address \
             both: an address alone slips into the name. See that the firewall lets TFTP through, and that TFTP runs here (muster serve says so when it starts).",
        ),
    }
}

/// Firmware that is told nothing to load goes on to its next boot entry.
fn missing_file(facts: &Facts) -> Option<String> {
    let client = facts.client.filter(|client| *client != Client::System)?;
    if facts.boot_file.is_some() {
        return None;
    }
    Some(match (client, facts.arch) {
        (Client::Ipxe, _) => {
            "No boot entry matches iPXE: add one for its tag (user class \"iPXE\", or option 175) that names the URL of boot.ipxe.".to_owned()
        }
        (_, Some(arch)) => format!(
            "No boot entry matches its architecture, {arch} ({}): match option 93 with the value {arch} to a tag, and give that tag a boot entry.",
            arch_in_words(arch)
        ),
        (_, None) => "No boot entry matches it: match its architecture (option 93) to a tag, and give that tag a boot entry.".to_owned(),
    })
}

fn after_the_loader(seen: &Seen<'_>, last: &RecordedStep) -> Next {
    if last.bytes.is_none() {
        return next(
            Hop::Loader,
            20,
            "A file was refused.",
            format!("What it asked for is not there: {}.", last.detail),
            "DHCP names a file that the TFTP folder (--tftp-dir) does not hold: put it there, or correct the boot entry. What was asked for stands above.",
        );
    }
    if last.took_nothing() {
        return next(
            Hop::Loader,
            30,
            "It asked for the size of its boot file.",
            "It asked for the size of its boot file and did not fetch it.",
            "The file is too large for this firmware, or the answers get lost: large UDP packets that a firewall drops, or a network with a smaller MTU in between.",
        );
    }
    let arch =
        seen.arch().map(|arch| format!(" The machine is {} (architecture {arch}).", arch_in_words(arch)));
    let arch = arch.unwrap_or_default();
    let driver = format!(
        "iPXE does not start, or gets no link: the binary is for another firmware than this one (undionly.kpxe for BIOS, snponly.efi for UEFI),{} Secure Boot \
         refuses it (use the signed build or switch it off), its driver fails (take ipxe.efi instead of snponly.efi, or the other way round), or the switch port \
         needs half a minute after a reset (spanning tree without portfast, LACP without fallback).{arch}",
        if arch.is_empty() { " or" } else { "" }
    );
    let cause = if seen.dhcp_is_read() {
        format!("The DHCP server has not heard from iPXE. {driver}")
    } else {
        format!(
            "{driver} Or {}{}",
            RULE.chars().next().map(|c| c.to_ascii_lowercase()).unwrap_or_default(),
            rest(RULE)
        )
    };
    next(Hop::Chain, 75, "It has iPXE.", "It has iPXE, and iPXE did not ask for its first script.", cause)
}

fn rest(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

fn after_the_decision(seen: &Seen<'_>) -> Next {
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

/// A transfer that broke off.
pub(super) fn after_a_break(last: &RecordedStep, within: Duration) -> Next {
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
