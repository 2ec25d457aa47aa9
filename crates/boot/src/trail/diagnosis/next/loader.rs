//! iPXE, by the firmware.

use super::super::loops::RULE;
use super::{Hop, Next, RecordedStep, Seen, next};
use crate::trail::dhcp::arch_in_words;

pub(super) fn after_the_loader(seen: &Seen<'_>, last: &RecordedStep) -> Next {
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
