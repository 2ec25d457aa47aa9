//! Whether an arming is for the machine that asks, now. Pure.
//!
//! A machine says of itself what its firmware says, before anything proves it: so what it says can only speak against it. It is
//! known by a card that was armed; where it names a UUID or a serial number, these must be the ones that were armed, too, and
//! where it was armed by a UUID it must name one of the two: a card's address stands in every frame that it sends. And the disk that was armed must be among those that its agent told of last: the guard in the live system looks at the disk
//! itself, but what is known to be another machine by now need not get so far.

use boot::Arch;
use hosts::{HostFacts, Inventory, State};
use inventory::{MacAddr, Timestamp};

use super::{Arming, CLOCK_STEP, Outcome};

/// What a machine says of itself as it asks for its boot script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The card that it boots from.
    pub mac: MacAddr,
    /// Its system UUID.
    pub uuid: Option<&'a str>,
    /// Its system serial number.
    pub serial: Option<&'a str>,
    /// Its processor.
    pub arch: Arch,
}

/// Why an arming is not for whoever asks: as a sentence about the host goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not armed.
    #[error("it is {0}, and not armed")]
    State(State),
    /// An operator has not taken it in.
    #[error("it is not approved")]
    NotApproved,
    /// The arming ended.
    #[error("generation {generation} was {outcome}")]
    Ended {
        /// Which.
        generation: i64,
        /// How.
        outcome: Outcome,
    },
    /// It was used.
    #[error("generation {0} is used: its node's document was handed out")]
    Used(i64),
    /// It ran out.
    #[error("generation {generation} ran out {minutes} minutes ago: arm it again")]
    Expired {
        /// Which.
        generation: i64,
        /// How long ago.
        minutes: u64,
    },
    /// The clock was set back behind the moment at which it was armed: nobody can say how long it has stood.
    #[error(
        "generation {0} was armed at a time that is yet to come: this server's clock was set back; disarm it, and arm it again"
    )]
    Clock(i64),
    /// The ticket is of another generation.
    #[error("the ticket is of generation {asked}, and generation {stands} is armed")]
    Generation {
        /// The ticket's.
        asked: i64,
        /// What stands.
        stands: i64,
    },
    /// That card was not armed.
    #[error("the card {0} was not there when it was armed")]
    Card(MacAddr),
    /// The machine says another UUID.
    #[error("the machine says that its UUID is {0}, which is not the one that was armed")]
    Uuid(String),
    /// The machine says another serial number.
    #[error("the machine says that its serial number is {0}, which is not the one that was armed")]
    Serial(String),
    /// The machine says neither.
    #[error(
        "whoever asks says neither the UUID nor the serial number that were armed: a card's address alone proves nothing"
    )]
    Nameless,
    /// The disk is not in the machine any more.
    #[error(
        "the disk that was armed, {0}, is not among those that its agent told of last: look at what was changed in it"
    )]
    Disk(String),
    /// The image is for another processor.
    #[error("the machine says that its processor is {said}, and the image is for {image}")]
    Processor {
        /// What it says.
        said: &'static str,
        /// What the image is for.
        image: &'static str,
    },
}

/// Why a machine is not installed that its host's arming might be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnedAway {
    /// As a sentence about the host goes on.
    pub why: String,
    /// What asks is not what was armed: somebody should look.
    pub is_another: bool,
}

impl TurnedAway {
    /// What asks may well be what was armed.
    pub fn only(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_another: false }
    }
}

impl From<Unfit> for TurnedAway {
    fn from(unfit: Unfit) -> Self {
        let is_another = match unfit {
            Unfit::Card(_)
            | Unfit::Uuid(_)
            | Unfit::Serial(_)
            | Unfit::Nameless
            | Unfit::Disk(_)
            | Unfit::Processor { .. } => true,
            Unfit::State(_)
            | Unfit::NotApproved
            | Unfit::Ended { .. }
            | Unfit::Used(_)
            | Unfit::Expired { .. }
            | Unfit::Clock(_)
            | Unfit::Generation { .. } => false,
        };
        Self { why: unfit.to_string(), is_another }
    }
}

/// Whether the machine that asks for its script is to be installed.
///
/// # Errors
/// [`Unfit`]: it boots its own disk.
pub fn script(arming: &Arming, host: &HostFacts, asked: &Asked<'_>, now: Timestamp) -> Result<(), Unfit> {
    stands(arming, host, now)?;
    is_card(arming, asked.mac)?;
    if let (Some(armed), Some(said)) = (&arming.machine.uuid, said(asked.uuid))
        && !is_same_uuid(armed, said)
    {
        return Err(Unfit::Uuid(shown(said)));
    }
    if let (Some(armed), Some(said)) = (&arming.machine.serial, said(asked.serial))
        && words(armed) != words(said)
    {
        return Err(Unfit::Serial(shown(said)));
    }
    let both = [(&arming.machine.uuid, asked.uuid), (&arming.machine.serial, asked.serial)];
    let is_named = both.into_iter().any(|(armed, asked)| armed.is_some() && said(asked).is_some());
    if arming.machine.uuid.is_some() && !is_named {
        return Err(Unfit::Nameless);
    }
    let image = arming.image.arch;
    if asked.arch != Arch::Unknown && asked.arch != image {
        return Err(Unfit::Processor { said: asked.arch.as_str(), image: image.as_str() });
    }
    Ok(())
}

/// Whether a document may be handed out by a ticket for this card and of this generation.
///
/// # Errors
/// [`Unfit`]: it is refused.
pub fn document(
    arming: &Arming,
    host: &HostFacts,
    mac: MacAddr,
    generation: i64,
    now: Timestamp,
) -> Result<(), Unfit> {
    if generation != arming.generation {
        return Err(Unfit::Generation { asked: generation, stands: arming.generation });
    }
    stands(arming, host, now)?;
    is_card(arming, mac)
}

/// Whether the disk that was armed is still in the machine, as far as its agent told. An inventory without disks says nothing.
///
/// # Errors
/// [`Unfit::Disk`]: neither script nor document.
pub(super) fn disk(arming: &Arming, inventory: &Inventory) -> Result<(), Unfit> {
    if inventory.disks.is_none() || arming.target.is_in(inventory) {
        return Ok(());
    }
    let target = &arming.target;
    let known_by = target.serial.as_deref().or(target.wwn.as_deref()).unwrap_or(&target.by_id);
    Err(Unfit::Disk(shown(known_by)))
}

fn stands(arming: &Arming, host: &HostFacts, now: Timestamp) -> Result<(), Unfit> {
    let generation = arming.generation;
    // What happened to the arming says more than what became of the host by it.
    if let Some(ended) = &arming.ended {
        return Err(Unfit::Ended { generation, outcome: ended.outcome });
    }
    if arming.consumed_at.is_some() {
        return Err(Unfit::Used(generation));
    }
    if now >= arming.expires_at {
        let minutes = now.since(arming.expires_at).as_secs() / 60;
        return Err(Unfit::Expired { generation, minutes });
    }
    if now.plus(CLOCK_STEP) < arming.armed_at {
        return Err(Unfit::Clock(generation));
    }
    if !host.approved {
        return Err(Unfit::NotApproved);
    }
    if host.state != State::Armed {
        return Err(Unfit::State(host.state));
    }
    Ok(())
}

fn is_card(arming: &Arming, mac: MacAddr) -> Result<(), Unfit> {
    if arming.machine.macs.contains(&mac) { Ok(()) } else { Err(Unfit::Card(mac)) }
}

/// What was said, where anything was.
fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Blanks and case are not what tells one machine from another; firmware and kernel differ in both.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The first three fields of a UUID stand in either byte order, by the edition of SMBIOS and by who reads it.
fn is_same_uuid(armed: &str, said: &str) -> bool {
    let digits = |text: &str| -> Option<[u8; 16]> {
        let digits: String = text.chars().filter(|c| !"-{}".contains(*c)).take(33).collect();
        hex::decode(digits).ok()?.try_into().ok()
    };
    let swapped = |bytes: [u8; 16]| {
        let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
        let mut other = [0; 16];
        let order = [d, c, b, a, f, e, h, g].into_iter().chain(rest);
        other.iter_mut().zip(order).for_each(|(to, from)| *to = from);
        other
    };
    match (digits(armed), digits(said)) {
        (Some(armed), Some(said)) => armed == said || armed == swapped(said),
        _ => false,
    }
}

/// As much of it as a line can bear.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests;
