//! Which conversations are held: each firmware once as itself and once as the iPXE that it should have loaded; each question
//! twice, for an answer may be lost, and two servers that share one address may not say the same. Pure.

use inventory::MacAddr;

use crate::dhcp::{Offer, Question, Speaker};
use crate::firmware::Firmware;

/// Everything that is asked of DHCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    questions: Vec<Question>,
}

impl Plan {
    /// How often each is asked.
    pub(crate) const ROUNDS: usize = 2;

    /// The conversations of these firmwares, those that share one held once. `first_xid` numbers the questions.
    #[must_use]
    pub(crate) fn new(firmwares: &[&'static Firmware], mac: MacAddr, first_xid: u32) -> Self {
        let mut speakers = Vec::new();
        for firmware in firmwares {
            let Some(build) = firmware.ipxe() else { continue };
            for speaker in [Speaker::Firmware(firmware), Speaker::Ipxe(build)] {
                if !speakers.contains(&speaker) {
                    speakers.push(speaker);
                }
            }
        }
        let asked = (0..Self::ROUNDS).flat_map(|_| speakers.iter().copied());
        let numbered = (0_u32..).zip(asked);
        let questions =
            numbered.map(|(n, speaker)| Question { xid: first_xid.wrapping_add(n), mac, speaker }).collect();
        Self { questions }
    }

    /// The same questions for another MAC.
    #[must_use]
    pub(crate) fn with_mac(&self, mac: MacAddr) -> Self {
        Self { questions: self.questions.iter().map(|question| Question { mac, ..*question }).collect() }
    }

    /// The questions, round by round.
    pub(crate) fn rounds(&self) -> impl Iterator<Item = &[Question]> {
        self.questions.chunks(self.questions.len().div_ceil(Self::ROUNDS).max(1))
    }

    /// Whether this answers one of the questions.
    #[must_use]
    pub(crate) fn expects(&self, offer: &Offer) -> bool {
        self.questions.iter().any(|question| question.xid == offer.xid && question.mac == offer.mac)
    }

    /// A question of this one's, to ask it again elsewhere.
    #[must_use]
    pub(crate) fn question(&self, xid: u32) -> Option<&Question> {
        self.questions.iter().find(|question| question.xid == xid)
    }

    /// What was offered to this one.
    #[must_use]
    pub(crate) fn offers_to(&self, speaker: Speaker, offers: &[Offer]) -> Vec<Offer> {
        let asked = |xid| self.question(xid).is_some_and(|question| question.speaker == speaker);
        offers.iter().filter(|offer| asked(offer.xid)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: MacAddr = MacAddr::new([2, 0, 0, 0, 0, 1]);

    #[test]
    fn those_that_load_the_same_ipxe_share_its_conversation() {
        let firmwares: Vec<_> = Firmware::supported().collect();
        let plan = Plan::new(&firmwares, MAC, u32::MAX);
        let rounds: Vec<&[Question]> = plan.rounds().collect();
        assert_eq!(rounds.len(), Plan::ROUNDS);
        assert!(rounds.iter().all(|round| round.len() == 6 + 3), "six firmwares, three builds");
        let mut numbers: Vec<u32> = plan.questions.iter().map(|question| question.xid).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 18);
    }

    #[test]
    fn one_that_nothing_fits_is_not_played() {
        assert_eq!(Plan::new(&[Firmware::by_code(6).unwrap()], MAC, 0).rounds().count(), 0);
    }
}
