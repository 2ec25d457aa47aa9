//! Giving a host its role: one transaction for the row, the host's state and the event.

use ::store::Tx;
use events::{Kind, NewEvent};
use hosts::{Event, State};
use inventory::{Id, Timestamp};
use serde_json::json;

use super::{Assignment, New};
use crate::error::OkdError;
use crate::network::NodeNetwork;
use crate::store::assignment;

pub(super) async fn put(tx: &mut Tx, new: &New, actor: &str, now: Timestamp) -> Result<Assignment, OkdError> {
    let host = assignment::host(tx, &new.host).await?.ok_or_else(|| OkdError::NoHost(new.host.clone()))?;
    if let Some(todo) = hindrance(host.state) {
        return Err(OkdError::State { host: host.name, state: host.state, todo: todo.to_owned() });
    }
    if !assignment::cluster_exists(tx, &new.cluster).await? {
        return Err(OkdError::NoCluster(new.cluster.to_string()));
    }
    if let Some(by) = assignment::who_is(tx, &new.cluster, &new.hostname, &new.host).await? {
        let (hostname, cluster) = (new.hostname.to_string(), new.cluster.to_string());
        return Err(OkdError::NameTaken { hostname, cluster, by });
    }
    let before = assignment::get(&mut *tx, &new.host).await?;
    let after = new.beside(before.as_ref(), now);
    assignment::put(tx, &after).await?;
    let words = format!("{} is to be {} {} of {}", host.name, after.role, after.hostname, after.cluster);
    if host.state == State::Ready {
        hosts::transition(tx, &new.host, Event::Assign, &words, actor, now).await?;
    }
    let summary = format!("{words}, on {}", after.target);
    let event = NewEvent::new(Kind::HostAssigned, Some(new.host.clone()), actor, summary)
        .key(after.cluster.as_str())
        .data(json!({
            "cluster": after.cluster, "role": after.role, "hostname": after.hostname, "address": after.address,
            "disk": after.disk, "target": after.target, "wipe": after.wipe, "accepted": after.accepted,
            "before": before,
        }));
    events::append(tx, &event, now).await?;
    Ok(after)
}

/// Why a host in this state is given no role, as what is to be done first.
const fn hindrance(state: State) -> Option<&'static str> {
    match state {
        State::Ready | State::Assigned | State::Failed => None,
        State::Discovered => Some("take it in first, with muster host approve"),
        State::Armed => Some("disarm it first, with muster host disarm"),
        State::Installing | State::Installed => Some("wait for the end of its installation, or release it"),
        State::InService => Some("it is a node: release it first, with muster host release"),
        State::Maintenance => Some("end the maintenance first"),
        State::Retired => Some("it is no longer one of ours: approve it first"),
    }
}

pub(super) async fn set_network(
    tx: &mut Tx,
    id: &Id,
    network: Option<NodeNetwork>,
    actor: &str,
    now: Timestamp,
) -> Result<Assignment, OkdError> {
    let host = assignment::host(tx, id).await?.ok_or_else(|| OkdError::NoHost(id.clone()))?;
    let before = assignment::get(&mut *tx, id).await?.ok_or_else(|| OkdError::NoRole(host.name.clone()))?;
    if before.network == network {
        return Ok(before);
    }
    let (version, how) = (before.version + 1, if network.is_some() { "as its file says" } else { "by DHCP" });
    let after = Assignment { network, version, changed_at: now, ..before.clone() };
    assignment::put(tx, &after).await?;
    let summary = format!("{} of {} ({}) has its network {how}", after.hostname, after.cluster, host.name);
    let event = NewEvent::new(Kind::HostAssigned, Some(id.clone()), actor, summary)
        .key(after.cluster.as_str())
        .data(json!({ "network": after.network, "before": before.network }));
    events::append(tx, &event, now).await?;
    Ok(after)
}
