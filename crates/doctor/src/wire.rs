//! Questions on the wire, and every answer that is heard.
//!
//! A DISCOVER is a frame of the card's own with another machine's MAC inside it, sent to everybody, and an OFFER holds all
//! that firmware needs: no lease is ever asked for, nothing on this machine is changed, and there is nothing to give back.
//!
//! A frame that leaves a card is not seen by a DHCP server *behind the same card*. Where this machine runs one, the question
//! goes out as an ordinary broadcast instead, which the kernel hands to the wire and to its own listeners alike.

mod card;
mod local;

use std::io;
use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use pnet_datalink::{Channel, Config, DataLinkReceiver, DataLinkSender};

pub use card::Card;
pub(crate) use local::runs_a_dhcp_server;

use crate::dhcp::{Offer, Question};
use crate::frame;
use crate::plan::Plan;

/// Answers kept; more than that is no network that anybody boots from.
const MOST_OFFERS: usize = 512;
const PROXY_PORT: u16 = 4011;
const PROXY_WAIT: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(50);

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// There is no such interface.
    #[error("there is no interface {name}; this machine has {others}")]
    NoInterface {
        /// The one that was named.
        name: String,
        /// Those that there are.
        others: String,
    },
    /// It can't be asked from.
    #[error("{name} can't be used: {why}")]
    Unusable {
        /// Its name.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// No right to raw frames.
    #[error(
        "sending raw frames on {name} needs the right CAP_NET_RAW: run this as root, or once `setcap cap_net_raw+ep` on the program"
    )]
    NoRight {
        /// The interface.
        name: String,
    },
    /// Anything else.
    #[error("can't talk on {name}")]
    Io {
        /// The interface.
        name: String,
        /// What the kernel says.
        source: io::Error,
    },
}

/// Asks all of the plan's questions and listens for the whole of `window`, so that a second, slower server is heard too.
///
/// # Errors
/// When this machine can't send or hear.
pub(crate) fn ask(
    card: &Card,
    plan: &Plan,
    window: Duration,
    local_server: bool,
) -> Result<Vec<Offer>, WireError> {
    let failed = |source: io::Error| card.failed(source);
    let mut config = Config { read_timeout: Some(TICK), promiscuous: false, ..Config::default() };
    config.write_timeout = Some(Duration::from_secs(1));
    let channel = pnet_datalink::channel(card.interface(), config).map_err(failed)?;
    let Channel::Ethernet(mut out, mut incoming) = channel else {
        return Err(card.unusable("it is no Ethernet"));
    };
    let mut voice = match card.address() {
        Some(own) if local_server => Voice::Broadcast(local::broadcaster(card.name(), own).map_err(failed)?),
        _ => Voice::Frames(card, &mut *out),
    };
    let start = Instant::now();
    let mut offers = Vec::new();
    // The second round when a third of the time has gone: enough is left for a server that first looks whether the address
    // that it offers is free (dnsmasq: 3 s).
    for (round, from) in plan.rounds().zip([Duration::ZERO, window / 3]) {
        hear(&mut *incoming, plan, start + from, &mut offers).map_err(failed)?;
        for question in round {
            voice.say(question).map_err(failed)?;
        }
    }
    hear(&mut *incoming, plan, start + window, &mut offers).map_err(failed)?;
    Ok(offers)
}

fn hear(
    incoming: &mut dyn DataLinkReceiver,
    plan: &Plan,
    until: Instant,
    offers: &mut Vec<Offer>,
) -> io::Result<()> {
    while Instant::now() < until {
        let bytes = match incoming.next() {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let offer = frame::from_server(bytes)
            .and_then(|heard| Offer::parse(heard.payload, heard.from, heard.from_mac))
            .filter(|offer| plan.expects(offer) && !offers.contains(offer));
        if let Some(offer) = offer
            && offers.len() < MOST_OFFERS
        {
            offers.push(offer);
        }
    }
    Ok(())
}

enum Voice<'a> {
    Frames(&'a Card, &'a mut dyn DataLinkSender),
    Broadcast(UdpSocket),
}

impl Voice<'_> {
    fn say(&mut self, question: &Question) -> io::Result<()> {
        let message = question.discover();
        match self {
            Self::Frames(card, out) => {
                let frame = frame::to_servers(card.mac(), &message);
                out.send_to(&frame, None).unwrap_or_else(|| Err(io::Error::other("the frame is too long")))
            }
            Self::Broadcast(socket) => socket.send_to(&message, (Ipv4Addr::BROADCAST, 67)).map(drop),
        }
    }
}

/// Asks a ProxyDHCP server for the file that its offer did not name.
pub(crate) fn ask_proxy(card: &Card, question: &Question, server: Ipv4Addr) -> Option<Offer> {
    let own = card.address()?;
    // Some answer to the port of DHCP's clients only; where this machine's own client sits there, any other must do.
    let socket = UdpSocket::bind((own, 68)).or_else(|_| UdpSocket::bind((own, 0))).ok()?;
    socket.set_read_timeout(Some(PROXY_WAIT)).ok()?;
    let mut buffer = [0; 2048];
    for _ in 0..Plan::ROUNDS {
        socket.send_to(&question.for_proxy(own), (server, PROXY_PORT)).ok()?;
        let Ok((length, _)) = socket.recv_from(&mut buffer) else { continue };
        let answer = Offer::parse(buffer.get(..length)?, server, card.mac());
        if let Some(answer) = answer.filter(|answer| answer.xid == question.xid) {
            return Some(Offer { address: None, ..answer });
        }
    }
    None
}
