//! What is wanted of a gateway that is added: from the file, as it is proposed, or as the operator says.

use gateway::wish::Dhcp;
use gateway::{Facts, Wish};

use super::super::asker::Asker;
use super::super::{interview, path, set_boot, set_file, show};
use super::Added;
use crate::api::v1::gateways::setup::Proposal;
use crate::api::v1::gateways::wish::BootAsk;
use crate::cli::client::Client;
use crate::gateways::{SITE_PART, diff};
use crate::links::escape;

/// Sets what is wanted: from the file, as it is proposed, or as the operator says.
pub(super) async fn set(added: &Added, client: &Client, asker: &mut dyn Asker) -> anyhow::Result<()> {
    let (name, common) = (added.name.as_str(), &added.common);
    if let Some(text) = &added.wish {
        let wish = set_file(client, name, text.clone()).await?;
        return set_boot(client, name, Some(&wish), &common.boot).await;
    }
    let key = match &common.interface {
        Some(key) => key.clone(),
        None => {
            let facts: Facts = client.get(&path(name, "/facts")).await?;
            interview::pick(asker, &facts)?.key.clone()
        }
    };
    let address = common.boot.muster_address;
    let address = address.map_or_else(String::new, |address| format!("&address={address}"));
    let mut proposal: Proposal =
        client.get(&path(name, &format!("/proposal?interface={}{address}", escape(&key)))).await?;
    let asks = asker.is_there() && !common.yes;
    if asks && proposal.boot.is_none() && !common.boot.no_boot {
        proposal = with_address(proposal, name, &key, client, asker).await?;
    }
    asker.say(&diff::notices(&proposal.notices));
    let mut boot = common.boot.clone();
    if let Some(made) = &proposal.boot {
        boot.muster_address.get_or_insert(made.boot.server);
        if !boot.no_boot {
            asker.say(&show::made(made));
        }
    }
    let network = if asks { interview::network(asker, &proposal)? } else { proposal.network.clone() };
    if asks
        && !boot.no_boot
        && boot.classes.is_none()
        && let Some(made) = &proposal.boot
    {
        boot.classes = interview::classes(asker, made)?;
    }
    let wish = Wish { dhcp: Dhcp { networks: vec![network], ..Dhcp::default() }, ..Wish::default() };
    let body = serde_json::to_vec(&wish)?;
    let _: Wish = client.put_json(&path(name, &format!("/wish/{SITE_PART}")), body).await?;
    if boot.no_boot {
        return Ok(());
    }
    let ask = BootAsk { address: boot.muster_address, classes: boot.classes, interface: Some(key) };
    client.put::<serde_json::Value>(&path(name, "/boot"), serde_json::to_vec(&ask)?.into()).await?;
    Ok(())
}

/// Asks for Muster's own address, where it could not be told.
async fn with_address(
    proposal: Proposal,
    name: &str,
    key: &str,
    client: &Client,
    asker: &mut dyn Asker,
) -> anyhow::Result<Proposal> {
    asker.say(&diff::notices(&proposal.notices));
    let address = loop {
        let answer = asker.ask("Muster's address on the machines' network, or none for no network boot: ")?;
        match answer.parse::<std::net::Ipv4Addr>() {
            Ok(address) => break address,
            Err(_) if answer == "none" => return Ok(proposal),
            Err(_) => asker.say("That is no IPv4 address."),
        }
    };
    client.get(&path(name, &format!("/proposal?interface={}&address={address}", escape(key)))).await
}
