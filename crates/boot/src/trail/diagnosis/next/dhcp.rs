//! An address, and with it what to load.

use super::super::loops::{RULE, is_binary};
use super::super::{Client, Facts};
use super::{Hop, Next, RecordedStep, next};
use crate::trail::dhcp::arch_in_words;

pub(super) fn after_a_question() -> Next {
    next(
        Hop::Dhcp,
        20,
        "It asks for an address.",
        "It asked for an address and was offered none.",
        "The DHCP server hears it and does not answer: no range is set for this network or it is used up, the machine is set to \
             be ignored, or it is in another VLAN than the range is for.",
    )
}

pub(super) fn after_an_offer(last: &RecordedStep) -> Next {
    let cause = match missing_file(&last.facts) {
        Some(cause) => cause,
        None => "Another DHCP server on this network answered first, or the answer does not reach the machine (a relay, a VLAN). \
                 Find the other one with muster doctor boot."
            .to_owned(),
    };
    next(Hop::Dhcp, 20, "It was offered an address.", "It was offered an address and did not take it.", cause)
}

pub(super) fn after_a_refusal(last: &RecordedStep) -> Next {
    next(
        Hop::Dhcp,
        20,
        "It got no address, and may ask again.",
        format!("The DHCP server gave it no address: {}.", last.detail),
        "Make the range larger, or delete a reservation for this machine that lies in another network.",
    )
}

pub(super) fn after_an_address(last: &RecordedStep) -> Next {
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
