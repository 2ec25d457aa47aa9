//! A machine's cards, as a network or a reservation may name them.

use hosts::Inventory;
use inventory::MacAddr;
use inventory::sections::{LinkLayer, Nic};

/// The cards of a machine by the addresses that their makers gave them: those with a port of their own that speaks Ethernet.
/// Not the way into its management controller, which has the same address in many machines, and no share of a card.
#[must_use]
pub fn cards(inventory: &Inventory) -> Vec<MacAddr> {
    let mut cards: Vec<MacAddr> = inventory.nics.iter().flatten().filter_map(address).collect();
    cards.sort_unstable();
    cards.dedup();
    cards
}

fn address(nic: &Nic) -> Option<MacAddr> {
    let own = nic.physical && !nic.bmc_host_interface && nic.physical_function.is_none();
    let ethernet = nic.link_layer.is_none_or(|speaks| speaks == LinkLayer::Ethernet);
    let mac = nic.permanent_mac.or(nic.mac)?;
    (own && ethernet && mac.is_unicast()).then_some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_card_of_its_own_is_left_out() {
        let mac = |last| Some(MacAddr::new([0x3c, 0xec, 0xef, 0, 0, last]));
        let card = Nic { name: "eno1".into(), physical: true, mac: mac(1), ..Nic::default() };
        let nics = vec![
            Nic { permanent_mac: mac(2), ..card.clone() },
            Nic { name: "bond0".into(), physical: false, mac: mac(3), ..card.clone() },
            Nic { bmc_host_interface: true, mac: mac(4), ..card.clone() },
            Nic { physical_function: Some("0000:01:00.0".into()), mac: mac(5), ..card.clone() },
            Nic { link_layer: Some(LinkLayer::Infiniband), mac: mac(6), ..card.clone() },
            Nic { mac: None, ..card.clone() },
            card,
        ];
        let inventory = Inventory { nics: Some(nics), ..Inventory::default() };
        assert_eq!(
            cards(&inventory),
            [mac(1).unwrap(), mac(2).unwrap()],
            "a leg of a bond has the bond's address, and its own"
        );
        assert!(cards(&Inventory::default()).is_empty());
    }
}
