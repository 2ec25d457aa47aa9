//! What a machine or the server said itself when it failed, and what mends it.

use super::{Hop, RecordedStep, Standing, State, StepKind};

/// Words in what was said, and what they mean. The first that fits counts.
const MEANINGS: [(&[&str], &str); 9] = [
    (
        &["not yet valid", "expired certificate", "clock", "certificate is expired"],
        "The machine's clock is wrong: set it in the firmware, or replace the battery of its board.",
    ),
    (
        &["pin", "certificate", "fingerprint", "tls", "handshake"],
        "The agent met another certificate than its boot script named: another server answers at that address, a proxy breaks TLS \
         open, or the server's certificate was made anew after the script was fetched. Boot the machine again.",
    ),
    (
        &["replayed", "used already", "was used"],
        "A ticket is good once. The machine booted from a script that was kept (a cache, an old menu), or somebody else used \
         it: boot it again, and look at the incident if there is one.",
    ),
    (
        &["expired", "too old", "is over"],
        "The boot took longer than its ticket lives, or the server's clock has jumped: boot the machine again.",
    ),
    (
        &["address", "from another"],
        "The ticket is for the address that fetched the script. The system got another one from DHCP: give the machine a \
         reservation, and let no NAT or proxy stand between it and the server.",
    ),
    (
        &["forged", "not ours", "signature"],
        "The ticket was made by another server, or by this one with another key: see that the script comes from this server.",
    ),
    (
        &["resolve", "name or service", "dns"],
        "The server's name can't be resolved there: advertise an address (--advertise), or give the network a DNS server.",
    ),
    (
        &["refused", "unreachable", "timed out", "timeout", "no route", "connect"],
        "The machine does not reach the server's TLS port: open it in the firewall between the two (8443 unless it was \
         changed), and see that --advertise names an address that it can reach.",
    ),
    (
        &["mac address"],
        "The request named no MAC address: iPXE is too old, or the script was written by hand. Use Muster's own boot.ipxe.",
    ),
];

pub(super) fn standing(last: &RecordedStep) -> Standing {
    let said = last.detail.to_lowercase();
    let meaning = MEANINGS.iter().find(|(words, _)| words.iter().any(|word| said.contains(word)));
    let (hop, who) = match last.kind {
        StepKind::AgentFailed => (Hop::Agent, "The agent runs and says"),
        _ => (Hop::Script, "The server refused it"),
    };
    Standing {
        state: State::Failed,
        hop,
        text: format!("{who}: {}", if last.detail.is_empty() { "nothing more" } else { &last.detail }),
        cause: Some(meaning.map_or_else(
            || "The words above are its own; the server's log around this time may tell more.".to_owned(),
            |(_, meaning)| (*meaning).to_owned(),
        )),
        expected_secs: 0,
    }
}
