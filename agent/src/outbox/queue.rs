//! The messages that wait in order, and who makes room when they become too many. Pure: no file, no network.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{Kind, Weight};

/// Failures that wait at once: one that is said every half minute must not crowd out the rest.
const FAILURES_LIMIT: usize = 16;

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

/// One message that waits.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) weight: Weight,
    pub(super) bytes: usize,
    /// Where it is; nothing here is on the disk.
    pub(super) body: Option<Bytes>,
    /// It is on the disk, or on its way there.
    pub(super) spooled: bool,
    /// It was written by an earlier start.
    pub(super) earlier: bool,
}

/// The messages that wait, oldest first.
#[derive(Debug)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    bytes: usize,
    bounds: Bounds,
    dropped_samples: u64,
}

impl Queue {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self { entries: VecDeque::new(), bytes: 0, bounds, dropped_samples: 0 }
    }

    /// Puts a message at the end. Those that had to make room are given back.
    pub(super) fn push(&mut self, entry: Entry) -> Vec<Entry> {
        self.bytes += entry.bytes;
        self.entries.push_back(entry);
        let mut left = Vec::new();
        if self.entries.iter().filter(|it| it.kind == Kind::Failure).count() > FAILURES_LIMIT {
            left.extend(self.take_first(|it| it.kind == Kind::Failure));
        }
        left.extend(self.make_room());
        left
    }

    /// From now on no more than this may wait.
    pub(super) fn bound(&mut self, bounds: Bounds) -> Vec<Entry> {
        self.bounds = bounds;
        self.make_room()
    }

    /// The oldest that says nothing special goes first; the newest stays, and of what tells of a change only what there
    /// is no room for even so.
    fn make_room(&mut self) -> Vec<Entry> {
        let mut left = Vec::new();
        while self.entries.len() > 1
            && (self.entries.len() > self.bounds.messages || self.bytes > self.bounds.bytes)
        {
            let newest = self.entries.back().map(|it| it.number);
            let plain = self.take_first(|it| it.weight == Weight::Plain && Some(it.number) != newest);
            let Some(entry) = plain.or_else(|| self.take_first(|_| true)) else { break };
            self.dropped_samples += u64::from(entry.kind == Kind::Sample);
            left.push(entry);
        }
        left
    }

    /// The disk does not take what waits: of that which stands in memory no more than this stays.
    pub(super) fn shed(&mut self, messages: usize) {
        let in_memory = self.entries.iter().filter(|it| !it.spooled).count();
        for _ in messages..in_memory {
            let plain = self.take_first(|it| !it.spooled && it.weight == Weight::Plain);
            let dropped = plain.or_else(|| self.take_first(|it| !it.spooled));
            self.dropped_samples += u64::from(dropped.is_some_and(|it| it.kind == Kind::Sample));
        }
    }

    fn take_first(&mut self, which: impl Fn(&Entry) -> bool) -> Option<Entry> {
        let index = self.entries.iter().position(which)?;
        let entry = self.entries.remove(index)?;
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        Some(entry)
    }

    pub(super) fn take(&mut self, number: u64) -> Option<Entry> {
        self.take_first(|it| it.number == number)
    }

    pub(super) fn first(&self) -> Option<&Entry> {
        self.entries.front()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn take_dropped_samples(&mut self) -> u64 {
        std::mem::take(&mut self.dropped_samples)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(number: u64, kind: Kind, weight: Weight, bytes: usize) -> Entry {
        Entry { number, kind, weight, bytes, body: None, spooled: false, earlier: false }
    }

    fn numbers(queue: &Queue) -> Vec<u64> {
        queue.iter().map(|it| it.number).collect()
    }

    #[test]
    fn plain_samples_make_room_and_changes_stay() {
        let mut queue = Queue::new(Bounds { messages: 3, bytes: 1000 });
        for (number, weight) in
            [(1, Weight::Change), (2, Weight::Plain), (3, Weight::Plain), (4, Weight::Change)]
        {
            queue.push(entry(number, Kind::Sample, weight, 1));
        }
        assert_eq!(numbers(&queue), [1, 3, 4]);
        queue.push(entry(5, Kind::Sample, Weight::Plain, 1));
        assert_eq!(numbers(&queue), [1, 4, 5]);
        assert_eq!((queue.take_dropped_samples(), queue.take_dropped_samples()), (2, 0));
        // Only changes: the oldest of them goes, and the newest word never does.
        queue.push(entry(6, Kind::Sample, Weight::Change, 1));
        queue.push(entry(7, Kind::Sample, Weight::Change, 5000));
        assert_eq!(numbers(&queue), [7]);
    }

    #[test]
    fn a_failure_that_is_said_for_ever_takes_its_own_room_only() {
        let mut queue = Queue::new(Bounds { messages: 100, bytes: 1000 });
        queue.push(entry(0, Kind::Sample, Weight::Plain, 1));
        for number in 1..=50 {
            queue.push(entry(number, Kind::Failure, Weight::Change, 1));
        }
        assert_eq!((queue.len(), queue.first().unwrap().number), (FAILURES_LIMIT + 1, 0));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_it_may(sizes in prop::collection::vec((0_usize..400, any::<bool>()), 0..60)) {
            let bounds = Bounds { messages: 10, bytes: 1000 };
            let mut queue = Queue::new(bounds);
            for (number, (bytes, change)) in sizes.iter().enumerate() {
                let weight = if *change { Weight::Change } else { Weight::Plain };
                queue.push(entry(number as u64, Kind::Sample, weight, *bytes));
                prop_assert!(queue.len() <= bounds.messages && queue.bytes() <= bounds.bytes);
                prop_assert_eq!(queue.iter().last().unwrap().number, number as u64);
                prop_assert_eq!(queue.bytes(), queue.iter().map(|it| it.bytes).sum::<usize>());
            }
        }
    }
}
