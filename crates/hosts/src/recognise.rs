//! Which host a machine is. Pure.
//!
//! The rule, for what a machine says of itself against what is known of one host:
//!
//! - Identifiers *agree* when the host ever showed the same one. Those that are demoted (seen on two machines) are left out.
//! - The MAC address that a valid ticket proves counts as strong against a host that has it now.
//! - They *contradict* each other when both sides have a strong one of one kind, UUID or system serial number, and the
//!   numbers differ.
//! - It **is** the host when nothing contradicts, and one strong identifier agrees, or two medium ones do, or neither side
//!   has anything better than weak ones and one side's weak ones are all among the other's: a lab machine without SMBIOS
//!   is recognised by its cards, also with one more or one less.
//! - It is in *conflict* with the host when as much agrees and something contradicts. Nothing is ever merged then.
//! - Otherwise the two have nothing to do with each other.
//!
//! Of several hosts that it could be, the one that most agrees is it. When two agree as much, it is in conflict with an
//! approved one among them; else it is the one that was known first.

use std::cmp::Reverse;

use inventory::{Id, MacAddr};

use crate::identity::{Identifier, IdentifierKind, Strength};

/// An identifier that a host has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIdentifier {
    /// The identifier.
    pub identifier: Identifier,
    /// The host showed it the last time it said who it is.
    pub current: bool,
    /// Two machines showed it at once: it identifies neither.
    pub demoted: bool,
}

/// A host that shares an identifier with what a machine says.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The host.
    pub host: Id,
    /// An operator took it in.
    pub approved: bool,
    /// All that it ever showed.
    pub known: Vec<KnownIdentifier>,
}

/// Which host a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition {
    /// None that is known.
    Unknown,
    /// This one.
    Known(Id),
    /// It says that it is this one, and something contradicts.
    Conflict {
        /// The host.
        host: Id,
        /// What contradicts.
        reason: String,
    },
}

/// How much agrees: strong, medium, weak. More is greater.
type Agreement = (usize, usize, usize);

/// Tells which of `candidates` the machine is that says `said` and proved `proven` by a ticket.
#[must_use]
pub fn recognise(said: &[Identifier], proven: Option<MacAddr>, candidates: &[Candidate]) -> Recognition {
    let mut fits: Vec<(Agreement, &Candidate)> = Vec::new();
    let mut conflicts: Vec<(Agreement, &Candidate, String)> = Vec::new();
    for candidate in candidates {
        let Some(agreement) = agreement(said, proven, candidate) else { continue };
        match contradiction(said, candidate) {
            None => fits.push((agreement, candidate)),
            Some(reason) => conflicts.push((agreement, candidate, reason)),
        }
    }
    if let Some(best) = fits.iter().map(|(agreement, _)| *agreement).max() {
        fits.retain(|(agreement, _)| *agreement == best);
        fits.sort_by(|(_, a), (_, b)| a.host.cmp(&b.host));
        return match (fits.as_slice(), fits.iter().find(|(_, c)| c.approved)) {
            ([_, _, ..], Some((_, approved))) => Recognition::Conflict {
                host: approved.host.clone(),
                reason: format!("it fits {} hosts equally well", fits.len()),
            },
            ([(_, first), ..], _) => Recognition::Known(first.host.clone()),
            ([], _) => Recognition::Unknown,
        };
    }
    conflicts.sort_by(|(a, x, _), (b, y, _)| {
        (Reverse(x.approved), Reverse(*a), &x.host).cmp(&(Reverse(y.approved), Reverse(*b), &y.host))
    });
    match conflicts.into_iter().next() {
        Some((_, candidate, reason)) => Recognition::Conflict { host: candidate.host.clone(), reason },
        None => Recognition::Unknown,
    }
}

/// What of a new identity contradicts what a host shows at present.
#[must_use]
pub fn contradiction(said: &[Identifier], candidate: &Candidate) -> Option<String> {
    let known = |kind| candidate.known.iter().filter(move |k| !k.demoted && k.identifier.kind == kind);
    said.iter().find_map(|said| {
        if known(said.kind).any(|k| k.identifier.value == said.value) || is_demoted(said, candidate) {
            return None;
        }
        let other = known(said.kind).find(|k| k.current && k.identifier.contradicts(said))?;
        Some(format!("its {} is {}, the host's is {}", said.kind, said.value, other.identifier.value))
    })
}

/// How much agrees, when it is enough.
fn agreement(said: &[Identifier], proven: Option<MacAddr>, candidate: &Candidate) -> Option<Agreement> {
    let proven = proven.map(|mac| mac.to_string());
    let (mut strong, mut medium, mut weak) = (0, 0, 0);
    for known in candidate.known.iter().filter(|known| !known.demoted) {
        let Some(said) = said.iter().find(|said| is_same(said, &known.identifier)) else { continue };
        let is_proven = said.kind == IdentifierKind::Mac && proven.as_ref() == Some(&said.value);
        match said.strength.min(known.identifier.strength) {
            _ if is_proven && known.current => strong += 1,
            Strength::Strong => strong += 1,
            Strength::Medium => medium += 1,
            Strength::Weak => weak += 1,
        }
    }
    let enough = strong >= 1 || medium >= 2 || (weak >= 1 && is_same_by_weak_ones(said, candidate));
    enough.then_some((strong, medium, weak))
}

fn is_same_by_weak_ones(said: &[Identifier], candidate: &Candidate) -> bool {
    let said: Vec<_> = said.iter().filter(|said| !is_demoted(said, candidate)).collect();
    let known: Vec<_> =
        candidate.known.iter().filter(|k| k.current && !k.demoted).map(|k| &k.identifier).collect();
    let all_weak = |of: &[&Identifier]| of.iter().all(|one| one.strength == Strength::Weak);
    let holds = |these: &[&Identifier], those: &[&Identifier]| {
        those.iter().all(|one| these.iter().any(|other| is_same(one, other)))
    };
    let never_better = candidate.known.iter().all(|k| k.demoted || k.identifier.strength == Strength::Weak);
    never_better && all_weak(&said) && (holds(&said, &known) || holds(&known, &said))
}

fn is_demoted(said: &Identifier, candidate: &Candidate) -> bool {
    candidate.known.iter().any(|k| k.demoted && is_same(&k.identifier, said))
}

fn is_same(a: &Identifier, b: &Identifier) -> bool {
    a.kind == b.kind && a.value == b.value
}

#[cfg(test)]
mod tests;
