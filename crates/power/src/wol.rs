//! Wake-on-LAN: a *magic packet* to every card that may listen for one, as a datagram that the kernel broadcasts, and, where
//! this process may, as a frame of its own. A card that sleeps has no IP address and answers nothing: that it was sent is all
//! that is known.

mod packet;
mod route;
mod send;

use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use inventory::MacAddr;
use secrets::Secrets;

pub use self::packet::{InvalidPassword, Password, magic_packet};
pub use self::route::{Route, Target, routes};
pub use self::send::{ETHERTYPE, PORTS, Sent, interfaces, send};
use crate::act::Act;
use crate::control::{Abilities, Done, PowerControl, Refusal};
use crate::machine::Machine;
use crate::way::{Kind, WolWay};

/// Cards that are woken: a machine has one that it boots from, and a hostile one may name any number.
const MAX_CARDS: usize = 16;
/// A machine that has just been switched off is deaf for some seconds.
const AGAIN_AFTER: Duration = Duration::from_secs(20);

/// Wakes one machine.
pub(crate) struct Wol {
    way: WolWay,
    macs: Vec<MacAddr>,
    address: Option<IpAddr>,
    secrets: Secrets,
}

impl Wol {
    pub(crate) fn new(way: &WolWay, machine: &Machine, secrets: Secrets) -> Self {
        let known = if way.macs.is_empty() { &machine.macs } else { &way.macs };
        let mut macs: Vec<MacAddr> = known.iter().copied().filter(|mac| mac.is_unicast()).collect();
        let mut seen = std::collections::HashSet::new();
        macs.retain(|mac| seen.insert(*mac));
        Self { way: way.clone(), macs, address: machine.address, secrets }
    }

    async fn password(&self) -> Result<Option<Password>, Refusal> {
        let Some(name) = &self.way.password_secret else { return Ok(None) };
        let value = self.secrets.get(name).await.map_err(|error| Refusal(error.to_string()))?;
        let password = value.reveal_text().unwrap_or_default().parse();
        password.map(Some).map_err(|error: InvalidPassword| Refusal(format!("secret {name}: {error}")))
    }

    async fn wake(&self) -> Result<Done, Refusal> {
        if self.macs.is_empty() {
            return Err(Refusal(
                "no card of it is known that could be woken: name one with --mac".to_owned(),
            ));
        }
        let password = self.password().await?;
        let target = Target {
            interface: self.way.interface.as_deref(),
            broadcast: self.way.broadcast,
            seen_at: self.address,
        };
        let routes = routes(&interfaces(), &target).map_err(Refusal)?;
        let cards: Vec<MacAddr> = self.macs.iter().copied().take(MAX_CARDS).collect();
        let sent = tokio::task::spawn_blocking({
            let cards = cards.clone();
            move || send(&cards, password.as_ref(), &routes)
        });
        let sent = sent.await.map_err(|_| Refusal("sending broke down".to_owned()))?;
        if sent.packets == 0 {
            return Err(Refusal(format!("no magic packet could be sent: {}", sent.troubles.join("; "))));
        }
        let more = self.macs.len().saturating_sub(cards.len());
        let left_out = if more > 0 { format!(" (and not {more} more)") } else { String::new() };
        let by = sent.through.join(", ");
        let cards = match cards.as_slice() {
            [one] => one.to_string(),
            all => format!("{} cards{left_out}", all.len()),
        };
        let trouble =
            if sent.troubles.is_empty() { String::new() } else { format!(" ({})", sent.troubles.join("; ")) };
        Ok(Done::sent(format!("sent {} magic packets for {cards} through {by}{trouble}", sent.packets)))
    }
}

impl PowerControl for Wol {
    fn abilities(&self) -> Abilities {
        Kind::Wol(WolWay::default()).abilities()
    }

    fn act(&self, _: Act) -> BoxFuture<'_, Result<Done, Refusal>> {
        Box::pin(self.wake())
    }

    fn again_after(&self) -> Option<Duration> {
        Some(AGAIN_AFTER)
    }
}
