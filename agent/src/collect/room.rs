//! Room for the items of a long list: as many, and as many bytes of JSON, as the server takes.

use std::io;

use serde::Serialize;

use super::ITEMS_LIMIT;
use crate::json;
use crate::probe::Probe;

/// The items that are told, as long as there is room.
pub(super) struct Room<T> {
    items: Vec<T>,
    bytes: usize,
    bytes_limit: usize,
    offered: usize,
    left_out: usize,
}

impl<T: Serialize> Room<T> {
    /// Room for so many bytes.
    pub(super) fn of(bytes_limit: usize) -> Self {
        Self { items: Vec::new(), bytes: 0, bytes_limit, offered: 0, left_out: 0 }
    }

    /// Takes one more, which is read only where there is room. What comes after the first that found none finds none
    /// either: which are told must not hang on how long the words of each are.
    pub(super) fn offer(&mut self, read: impl FnOnce() -> Option<T>) {
        self.offered += 1;
        if self.left_out > 0 || self.items.len() >= ITEMS_LIMIT {
            self.left_out += 1;
            return;
        }
        let Some(item) = read() else { return };
        self.bytes = self.bytes.saturating_add(json_bytes(&item));
        if self.bytes > self.bytes_limit {
            self.left_out += 1;
        } else {
            self.items.push(item);
        }
    }

    /// Counts so many that nobody reads any more.
    pub(super) fn leave_out(&mut self, count: usize) {
        self.offered += count;
        self.left_out += count;
    }

    /// All that found room; says how many did not.
    pub(super) fn items(self, probe: &Probe, path: &str) -> Vec<T> {
        if self.left_out > 0 {
            probe.warn(path, format!("{} of {} left out", self.left_out, self.offered));
        }
        self.items
    }
}

/// How much of a report it fills.
pub(super) fn json_bytes(item: &impl Serialize) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // What could not be written would not be sent either.
    match json::write(&mut count, item) {
        Ok(()) => count.0 + 1,
        Err(_) => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Root;

    fn fill(bytes_limit: usize, words: &[&str]) -> (Vec<String>, Vec<inventory::Warning>) {
        let mut room = Room::of(bytes_limit);
        for word in words {
            room.offer(|| Some((*word).to_owned()));
        }
        let probe = Probe::new(Root::at("/nowhere".into()));
        let items = room.items(&probe, "/list");
        (items, probe.into_warnings())
    }

    #[test]
    fn what_finds_no_room_is_counted_and_nothing_after_it_slips_in() {
        let (items, warnings) = fill(8, &["ab", "long word", "c"]);
        assert_eq!(items, ["ab"]);
        assert_eq!((warnings[0].path.as_str(), warnings[0].reason.as_str()), ("/list", "2 of 3 left out"));
        assert_eq!(fill(100, &["ab", "c"]).0.len(), 2);
        assert_eq!(fill(usize::MAX, &["a"; ITEMS_LIMIT + 1]).0.len(), ITEMS_LIMIT);
    }
}
