//! What a boot profile referred to until lately: a machine that holds a script from before the change still gets what the
//! script names. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use inventory::Timestamp;
use serde::{Deserialize, Serialize};

use super::kind::{AssetKind, AssetName};
use super::referenced::Referenced;
use crate::asset::AssetId;
use crate::site::ImageId;
use crate::tickets;

/// How long it may still be fetched. A script is worth nothing once its ticket has expired.
pub const LINGERS: Duration = tickets::DEFAULT_LIFE;

/// One thing that machines may fetch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "lowercase")]
pub enum Reference {
    /// An asset, by its own name.
    Asset {
        /// Which.
        asset: AssetId,
        /// What it is there.
        kind: AssetKind,
    },
    /// One of Muster's own images, by the names of its files.
    Image {
        /// Which.
        image: ImageId,
        /// Its kernel.
        kernel: AssetId,
        /// Its initramfs.
        initramfs: AssetId,
    },
    /// An iPXE binary, by the name that firmware asks for.
    Binary {
        /// Its name.
        name: AssetName,
        /// What is handed out under it.
        asset: AssetId,
    },
}

/// All that is referred to, and what was until lately with the time at which that ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses(BTreeMap<Reference, Option<Timestamp>>);

impl Uses {
    /// What becomes of these when `referenced` is what is referred to `now`.
    #[must_use]
    pub fn turn(&self, referenced: &Referenced, now: Timestamp) -> Self {
        // A clock that was set back must not turn half an hour into years.
        let left_at = |since: &Option<Timestamp>| since.map_or(now, |since| since.min(now));
        let before = self.0.iter().map(|(reference, since)| (reference.clone(), left_at(since)));
        let lingering = before.filter(|(_, since)| now.since(*since) < LINGERS);
        let mut uses: BTreeMap<_, _> = lingering.map(|(reference, since)| (reference, Some(since))).collect();
        uses.extend(referenced.references().map(|reference| (reference, None)));
        Self(uses)
    }

    /// What is referred to.
    #[must_use]
    pub fn referenced(&self) -> Referenced {
        self.0.iter().filter(|(_, since)| since.is_none()).map(|(reference, _)| reference.clone()).collect()
    }

    /// The same with what still lingers: what must not be taken off the disk.
    #[must_use]
    pub fn needed(&self) -> Referenced {
        self.0.keys().cloned().collect()
    }

    /// What was referred to, by the time until which it may be fetched; the last first.
    #[must_use]
    pub fn lingering(&self) -> Vec<(Timestamp, Referenced)> {
        let mut by_end: BTreeMap<Timestamp, Vec<Reference>> = BTreeMap::new();
        for (reference, since) in &self.0 {
            if let Some(since) = since {
                by_end.entry(since.plus(LINGERS)).or_default().push(reference.clone());
            }
        }
        by_end
            .into_iter()
            .rev()
            .map(|(until, references)| (until, references.into_iter().collect()))
            .collect()
    }

    /// Each with the time at which it was left.
    pub fn iter(&self) -> impl Iterator<Item = (&Reference, Option<Timestamp>)> {
        self.0.iter().map(|(reference, since)| (reference, *since))
    }
}

impl FromIterator<(Reference, Option<Timestamp>)> for Uses {
    fn from_iter<T: IntoIterator<Item = (Reference, Option<Timestamp>)>>(uses: T) -> Self {
        Self(uses.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_795_257_600_000);

    fn binary(name: &str, byte: u8) -> Reference {
        Reference::Binary { name: name.parse().unwrap(), asset: AssetId::of_digest([byte; 32]) }
    }

    fn of(references: &[Reference]) -> Referenced {
        references.iter().cloned().collect()
    }

    #[test]
    fn what_is_left_lingers_as_long_as_a_ticket_lives_and_no_longer() {
        let (old, new) = (of(&[binary("a.efi", 1), binary("b.efi", 2)]), of(&[binary("b.efi", 2)]));
        let left = Uses::default().turn(&old, NOW).turn(&new, NOW);
        assert_eq!(left.referenced(), new);
        assert_eq!(left.lingering(), [(NOW.plus(LINGERS), of(&[binary("a.efi", 1)]))]);
        let last = NOW.plus(LINGERS).minus(Duration::from_millis(1));
        for later in [NOW, last] {
            // However often it is looked at, its time does not begin anew.
            let looked_at = left.turn(&new, later);
            assert_eq!((&looked_at, looked_at.needed()), (&left, old.clone()));
        }
        let over = left.turn(&new, NOW.plus(LINGERS));
        assert_eq!((over.lingering(), over.needed()), (vec![], new));
    }

    #[test]
    fn what_is_chosen_again_lingers_no_more_and_what_is_replaced_does() {
        let (first, second) = (of(&[binary("a.efi", 1)]), of(&[binary("a.efi", 2)]));
        let replaced = Uses::default().turn(&first, NOW).turn(&second, NOW);
        assert_eq!(replaced.lingering(), [(NOW.plus(LINGERS), first.clone())]);
        let later = NOW.plus(Duration::from_secs(60));
        let back = replaced.turn(&first, later);
        assert_eq!(back.referenced(), first);
        assert_eq!(back.lingering(), [(later.plus(LINGERS), second)]);
    }

    #[test]
    fn a_clock_that_was_years_ahead_leaves_nothing_there_for_years() {
        let wrong = NOW.plus(Duration::from_secs(70 * 365 * 86_400));
        let left =
            Uses::default().turn(&of(&[binary("a.efi", 1)]), wrong).turn(&Referenced::default(), wrong);
        let corrected = left.turn(&Referenced::default(), NOW);
        assert_eq!(corrected.lingering(), [(NOW.plus(LINGERS), of(&[binary("a.efi", 1)]))]);
    }

    proptest! {
        /// Whatever is chosen when: what can be fetched is what is referred to, or was within the span.
        #[test]
        fn nothing_is_needed_that_was_not_referred_to_lately(
            choices in proptest::collection::vec((0_u8..4, 0_u64..4000), 1..12)
        ) {
            let (mut uses, mut now, mut last_seen) = (Uses::default(), NOW, BTreeMap::new());
            for (byte, pause_secs) in choices {
                // Until this change, what was referred to was so.
                for (reference, since) in uses.iter() {
                    if since.is_none() {
                        last_seen.insert(reference.clone(), now.plus(Duration::from_secs(pause_secs)));
                    }
                }
                now = now.plus(Duration::from_secs(pause_secs));
                let referenced = of(&[binary("a.efi", byte)]);
                uses = uses.turn(&referenced, now);
                prop_assert_eq!(uses.referenced(), referenced);
                let lately = last_seen.iter().filter(|(_, at)| now.since(**at) < LINGERS);
                let mut expected: Vec<_> = lately.map(|(reference, _)| reference.clone()).collect();
                expected.push(binary("a.efi", byte));
                expected.sort();
                expected.dedup();
                prop_assert_eq!(uses.iter().map(|(reference, _)| reference.clone()).collect::<Vec<_>>(), expected);
            }
        }
    }
}
