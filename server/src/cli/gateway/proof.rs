//! The proof: the boot doctor plays the firmwares that were set up, in the machines' own network. It needs a card there and
//! the right to raw frames; where it can't, that is said, with the command for a machine that can.

use std::time::Duration;

use anyhow::bail;
use doctor::firmware::Firmware;
use doctor::{Card, Examination, ExamineError};
use gateway::wish::NetworkBoot;
use ipnet::{IpNet, Ipv4Net};

use crate::cli::doctor::{stranger, words};
use crate::cli::output::print_text;

/// DHCP servers look first whether an address is free.
const PATIENCE: Duration = Duration::from_secs(6);

/// The networks of the interfaces whose machines boot.
pub(super) fn networks(networks: &[IpNet]) -> Vec<Ipv4Net> {
    let ipv4 = networks.iter().filter_map(|network| match network {
        IpNet::V4(network) => Some(network.trunc()),
        IpNet::V6(_) => None,
    });
    ipv4.collect()
}

/// Plays the firmwares that are given something.
pub(super) async fn run(boot: &NetworkBoot, networks: &[Ipv4Net]) -> anyhow::Result<()> {
    let codes: Vec<u16> = boot.firmwares.iter().flat_map(|class| class.codes.iter().copied()).collect();
    let card = Card::with_address(|ip| networks.iter().any(|network| network.contains(&ip)));
    let Some(card) = card else {
        print_text(&elsewhere("this machine has no card in", networks, &codes));
        return Ok(());
    };
    eprintln!("Playing the machines on {} …", card.name());
    let firmwares: Vec<&'static Firmware> =
        codes.iter().filter_map(|code| Firmware::by_code(*code)).collect();
    let examination = Examination { card, mac: stranger()?, firmwares, timeout: PATIENCE };
    let report = match examination.run().await {
        Ok(report) => report,
        Err(ExamineError::Wire(error)) => {
            print_text(&elsewhere(&format!("{error}. The machines are in"), networks, &codes));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    print_text(&words(&report));
    match report.failures() {
        (0, _) => {
            print_text("Proved: each of them boots.");
            Ok(())
        }
        (failed, supported) => {
            bail!("the gateway is set up, and {failed} of {supported} firmwares would not boot")
        }
    }
}

fn elsewhere(why: &str, networks: &[Ipv4Net], codes: &[u16]) -> String {
    let list = |items: Vec<String>| items.join(",");
    let codes = list(codes.iter().map(ToString::to_string).collect());
    let networks = match networks {
        [] => "the machines' network".to_owned(),
        networks => list(networks.iter().map(ToString::to_string).collect()),
    };
    format!(
        "Not proved yet: {why} {networks}. On a machine with a card there, as root: muster doctor boot --interface CARD --arch {codes}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_can_not_be_proved_the_command_is_named() {
        let networks = ["192.168.1.0/24".parse().unwrap()];
        let said = elsewhere("this machine has no card in", &networks, &[0, 7]);
        assert!(
            said.contains("no card in 192.168.1.0/24.") && said.ends_with("--interface CARD --arch 0,7"),
            "{said}"
        );
    }
}
