//! Asking what is wanted of a gateway: which interface, which addresses, which machines boot. An empty answer takes what is
//! proposed; one that can't be is asked again.

use anyhow::ensure;
use gateway::wish::{AddressRange, Network};
use gateway::{Facts, Interface};
use ipnet::{IpNet, Ipv4Net};

use super::asker::Asker;
use super::examination;
use crate::api::v1::gateways::setup::Proposal;
use crate::gateways::boot::Made;

/// What is proposed for a lease: machines that come and go give their address back within a day.
const LEASE: &str = "1d";
/// What says that something is not wanted.
const NONE: &str = "none";

/// The interface that the operator picks by its number.
pub(super) fn pick<'a>(asker: &mut dyn Asker, facts: &'a Facts) -> anyhow::Result<&'a Interface> {
    let all: Vec<&Interface> =
        facts.interfaces.iter().filter(|interface| network_of(interface).is_some()).collect();
    ensure!(
        !all.is_empty(),
        "the gateway has no interface with an IPv4 network, or its key may not see them"
    );
    asker.say("\nBehind which interface are the machines?");
    for (number, interface) in all.iter().enumerate() {
        asker.say(&format!("  {}. {}", number + 1, examination::interface(interface)));
    }
    loop {
        let answer = asker.ask("Number: ")?;
        let by_number = answer.parse::<usize>().ok().and_then(|number| all.get(number.checked_sub(1)?));
        let picked = by_number.or_else(|| all.iter().find(|interface| interface.key == answer));
        match picked {
            Some(interface) => return Ok(interface),
            None => asker.say(&format!("That is none of 1 to {}.", all.len())),
        }
    }
}

/// What the machines of the network are given.
pub(super) fn network(asker: &mut dyn Asker, proposal: &Proposal) -> anyhow::Result<Network> {
    let mut network = proposal.network.clone();
    let within = network_of(&proposal.interface);
    let proposed =
        network.range.map_or(NONE.to_owned(), |range| format!("{}-{}", range.first(), range.last()));
    network.range =
        until(asker, "Addresses to give out, FIRST-LAST or none", &proposed, |answer| match answer {
            NONE => Ok(None),
            answer => range_within(answer, within).map(Some),
        })?;
    if network.range.is_some() {
        network.lease_secs = until(asker, "For how long: 1h, 1d", LEASE, |answer| match answer.parse() {
            Ok(lease) => Ok(Some(lease)),
            Err(error) => Err(format!("{error}")),
        })?;
    }
    network.domain = until(asker, "Domain that machines are told, or none", NONE, |answer| match answer {
        NONE => Ok(None),
        answer => answer.parse().map(Some).map_err(|error| format!("{error}")),
    })?;
    Ok(network)
}

/// The classes of firmwares that boot; nothing where all are meant.
pub(super) fn classes(asker: &mut dyn Asker, made: &Made) -> anyhow::Result<Option<Vec<String>>> {
    let known: Vec<&str> = made.boot.firmwares.iter().map(|class| class.class.as_str()).collect();
    let all = known.join(",");
    let chosen = until(asker, "Which of these boot, by name", &all, |answer| {
        let chosen: Vec<String> =
            answer.split([',', ' ']).filter(|it| !it.is_empty()).map(str::to_owned).collect();
        match chosen.iter().find(|class| !known.contains(&class.as_str())) {
            Some(unknown) => Err(format!("{unknown:?} is none of {all}")),
            None => Ok(chosen),
        }
    })?;
    Ok((chosen != known).then_some(chosen))
}

/// Asks until an answer will do.
fn until<T>(
    asker: &mut dyn Asker,
    what: &str,
    proposed: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    loop {
        match read(&asker.ask_or(what, proposed)?) {
            Ok(value) => return Ok(value),
            Err(why) => asker.say(&format!("That can't be: {why}")),
        }
    }
}

fn range_within(answer: &str, network: Option<Ipv4Net>) -> Result<AddressRange, String> {
    let range: AddressRange =
        answer.parse().map_err(|error: gateway::wish::InvalidRange| error.to_string())?;
    match network {
        Some(network) if !network.contains(&range.first()) || !network.contains(&range.last()) => {
            Err(format!("{answer} is not within {network}"))
        }
        _ => Ok(range),
    }
}

fn network_of(interface: &Interface) -> Option<Ipv4Net> {
    interface.networks.iter().find_map(|network| match network {
        // Behind its loopback there is nobody.
        IpNet::V4(network) if !network.addr().is_loopback() => Some(network.trunc()),
        IpNet::V4(_) | IpNet::V6(_) => None,
    })
}

#[cfg(test)]
mod tests;
