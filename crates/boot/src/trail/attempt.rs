//! Which boot a step belongs to, and how much of the past is kept.

use std::time::Duration;

use ::store::{StoreError, Tx};
use inventory::{MacAddr, Timestamp};

use super::kind::StepKind;
use super::step::{Client, Step};
use crate::store::trail as rows;

/// A step with a MAC claims those without one that came from its address in this time.
const CLAIM: Duration = Duration::from_secs(120);
/// So many of them: an address that asks without end is no boot.
const CLAIM_STEPS: i64 = 50;
/// A machine that was silent for longer has begun anew, whatever it does next.
const SILENCE: Duration = Duration::from_secs(300);
/// The log of a DHCP server is read a moment after what it tells: a machine can't have started anew in so short a time.
pub(super) const LATE: Duration = Duration::from_secs(5);
/// A machine in a loop writes no more than this.
pub(super) const STEPS: usize = 200;
/// Some 60 boots of one machine.
pub(super) const KEEP_PER_MAC: i64 = 500;
const KEEP: Duration = Duration::from_secs(30 * 24 * 3600);
/// MACs can be made up without end; rows can not.
const KEEP_OF_ALL: i64 = 200_000;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// It is one of this machine's.
    Of(MacAddr),
    /// It waits for the MAC that it belongs to.
    Waiting,
    /// It tells nothing of a boot: a running system that renews its lease.
    NoBoot,
    /// Its boot has too many already.
    TooMany,
}

/// The newest boot of a machine, as far as it matters to the next step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Current {
    pub(crate) number: i64,
    pub(crate) steps: usize,
    pub(crate) reached: Stage,
    /// It was told to go on with another iPXE: what that does is the same boot.
    pub(crate) switches: bool,
    pub(crate) last_at: Timestamp,
}

/// How far a boot has come. A step of an earlier stage than its boot has reached is the first of another boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Firmware,
    Loader,
    Ipxe,
    Entry,
    Told,
    System,
    Agent,
}

/// Where a step belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Here,
    Anew,
    Nowhere,
}

/// The stage that a step belongs to; absent for one that can happen at any.
pub(crate) fn stage(kind: StepKind, client: Option<Client>) -> Option<Stage> {
    match kind {
        StepKind::DhcpDiscover | StepKind::DhcpOffer | StepKind::DhcpAck | StepKind::DhcpRefused => {
            match client? {
                Client::Firmware => Some(Stage::Firmware),
                Client::Ipxe => Some(Stage::Ipxe),
                Client::System => None,
            }
        }
        StepKind::Tftp | StepKind::Binary => Some(Stage::Loader),
        StepKind::EntryScript => Some(Stage::Entry),
        StepKind::Decision | StepKind::Script => Some(Stage::Told),
        StepKind::Kernel
        | StepKind::Initramfs
        | StepKind::Rootfs
        | StepKind::Kickstart
        | StepKind::Ignition
        | StepKind::Agent => Some(Stage::System),
        StepKind::AgentFirstWord | StepKind::AgentFailed => Some(Stage::Agent),
        StepKind::Refused => None,
    }
}

/// Where a step belongs that a machine takes now.
pub(super) fn place(
    current: Option<Current>,
    kind: StepKind,
    client: Option<Client>,
    at: Timestamp,
) -> Place {
    let stage = stage(kind, client);
    let Some(current) = current else {
        return if kind.is_dhcp() && stage.is_none() { Place::Nowhere } else { Place::Anew };
    };
    let silent = at.since(current.last_at);
    // Those who ask anew after such a time were started anew; what is nearer is a try of theirs, or a loop.
    let asks = !matches!(kind, StepKind::DhcpOffer | StepKind::DhcpAck | StepKind::DhcpRefused);
    let again = |after_secs| asks && silent > Duration::from_secs(after_secs);
    let begins = match stage {
        // A running system asks for an address, too, and again every few hours: that is no boot.
        None if kind.is_dhcp() => {
            let ended = current.reached == Stage::Agent || silent > SILENCE;
            return if ended { Place::Nowhere } else { Place::Here };
        }
        None | Some(Stage::Told | Stage::System | Stage::Agent) => false,
        // PXE asks four times, after 4, 8, 16 and 32 seconds.
        Some(Stage::Firmware) => (current.reached > Stage::Firmware && silent > LATE) || again(40),
        // iPXE that was given iPXE to load loads it: that loop is one boot. Its first script may ask for an address anew.
        Some(Stage::Loader | Stage::Ipxe | Stage::Entry) if current.switches => false,
        Some(Stage::Loader) => current.reached > Stage::Ipxe || again(75),
        Some(Stage::Ipxe) => {
            (current.reached > Stage::Entry && silent > LATE) || (current.reached == Stage::Ipxe && again(20))
        }
        Some(Stage::Entry) => {
            current.reached > Stage::Entry || (current.reached == Stage::Entry && again(40))
        }
    };
    if begins || silent > SILENCE { Place::Anew } else { Place::Here }
}

/// Stores a step in the boot that it belongs to.
pub(super) async fn store(tx: &mut Tx, step: &Step, at: Timestamp) -> Result<Stored, StoreError> {
    let Some(mac) = step.mac else {
        rows::insert(tx, step, 0, at).await?;
        return Ok(Stored::Waiting);
    };
    let claimable = at.minus(CLAIM);
    let waiting = match step.address.is_unspecified() {
        true => Vec::new(),
        false => rows::unclaimed(tx, step.address, claimable, CLAIM_STEPS).await?,
    };
    let current = rows::current(tx, mac).await?;
    let first = waiting.first().map_or((step.kind, step.facts.client), |kind| (*kind, None));
    let number = match (place(current, first.0, first.1, at), current) {
        (Place::Nowhere, _) => return Ok(Stored::NoBoot),
        (Place::Here, Some(current)) if current.steps.saturating_add(waiting.len()) >= STEPS => {
            return Ok(Stored::TooMany);
        }
        (Place::Here, Some(current)) => current.number,
        (Place::Anew, Some(current)) => current.number.saturating_add(1),
        (_, None) => 1,
    };
    if !waiting.is_empty() {
        rows::claim(tx, step.address, claimable, CLAIM_STEPS, mac, number).await?;
    }
    rows::insert(tx, step, number, at).await?;
    rows::trim(tx, mac, KEEP_PER_MAC).await?;
    Ok(Stored::Of(mac))
}

/// Deletes steps that are too old, or too many.
///
/// # Errors
/// The database's.
pub async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    rows::forget(tx, now.minus(KEEP), KEEP_OF_ALL).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp(1_795_257_600_000);

    fn current(reached: Stage) -> Option<Current> {
        Some(Current { number: 1, steps: 3, reached, switches: false, last_at: T0 })
    }

    #[test]
    fn another_ipxe_that_a_decision_named_goes_on_with_the_same_boot() {
        let switches =
            Some(Current { number: 1, steps: 3, reached: Stage::Told, switches: true, last_at: T0 });
        for (kind, client, expected) in [
            (StepKind::Binary, None, Place::Here),
            (StepKind::DhcpAck, Some(Client::Ipxe), Place::Here),
            (StepKind::EntryScript, None, Place::Here),
            (StepKind::DhcpDiscover, Some(Client::Firmware), Place::Anew),
        ] {
            assert_eq!(place(switches, kind, client, T0.plus(LATE * 2)), expected, "{kind}");
        }
    }

    #[test]
    fn a_step_back_begins_another_boot_unless_it_is_a_loop_or_a_late_word_of_dhcp() {
        use Place::{Anew, Here, Nowhere};
        use StepKind as K;
        let firmware = Some(Client::Firmware);
        let ipxe = Some(Client::Ipxe);
        let system = Some(Client::System);
        for (reached, kind, client, after_secs, expected) in [
            (None, K::DhcpDiscover, firmware, 0, Anew),
            (None, K::DhcpAck, system, 0, Nowhere),
            (None, K::DhcpAck, None, 0, Nowhere),
            (None, K::Decision, None, 0, Anew),
            (Some(Stage::Firmware), K::DhcpDiscover, firmware, 32, Here),
            (Some(Stage::Firmware), K::DhcpOffer, firmware, 60, Here),
            (Some(Stage::Firmware), K::DhcpDiscover, firmware, 60, Anew),
            (Some(Stage::Firmware), K::Tftp, None, 2, Here),
            (Some(Stage::Loader), K::DhcpDiscover, ipxe, 60, Here),
            (Some(Stage::Loader), K::Tftp, None, 76, Anew),
            (Some(Stage::Ipxe), K::DhcpDiscover, ipxe, 10, Here),
            (Some(Stage::Ipxe), K::DhcpDiscover, ipxe, 21, Anew),
            (Some(Stage::Ipxe), K::EntryScript, None, 60, Here),
            (Some(Stage::Entry), K::EntryScript, None, 41, Anew),
            (Some(Stage::Loader), K::Tftp, None, 2, Here),
            (Some(Stage::Loader), K::DhcpAck, firmware, 1, Here),
            (Some(Stage::Loader), K::DhcpAck, firmware, 6, Anew),
            (Some(Stage::Ipxe), K::Tftp, None, 2, Here),
            (Some(Stage::Entry), K::EntryScript, None, 2, Here),
            (Some(Stage::Entry), K::DhcpAck, ipxe, 20, Here),
            (Some(Stage::Told), K::EntryScript, None, 2, Anew),
            (Some(Stage::Told), K::DhcpAck, ipxe, 1, Here),
            (Some(Stage::Told), K::DhcpAck, ipxe, 9, Anew),
            (Some(Stage::Told), K::Tftp, None, 1, Anew),
            (Some(Stage::System), K::DhcpAck, system, 30, Here),
            (Some(Stage::System), K::DhcpAck, system, 301, Nowhere),
            (Some(Stage::Agent), K::DhcpAck, system, 1, Nowhere),
            (Some(Stage::Agent), K::Refused, None, 1, Here),
            (Some(Stage::Agent), K::Refused, None, 301, Anew),
            (Some(Stage::Agent), K::DhcpDiscover, firmware, 30, Anew),
        ] {
            let at = T0.plus(Duration::from_secs(after_secs));
            let placed = place(reached.and_then(current), kind, client, at);
            assert_eq!(placed, expected, "{reached:?} {kind} {client:?} +{after_secs}");
        }
    }
}
