//! What a capture must not keep of the bytes of disks.
//!
//! Where a disk is encrypted with LUKS, its key slots follow the header: with them and time enough somebody might guess the
//! password. No collector looks at them, so they are blanked in every capture. What else stands in those bytes nobody can
//! know: a redacted capture holds none of them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::root::Recording;

/// The magic of both editions' first header.
const MAGIC: &[u8] = b"LUKS\xba\xbe";
/// Where key slots begin at the earliest: LUKS 1 on-disk format 1.2.3, 2; LUKS 2 on-disk format 1.1.3, 2.
const FIRST_EDITION: [u8; 2] = [0, 1];
const FIRST_SLOTS_AT: u64 = 4 << 10;
const SECOND_SLOTS_AT: u64 = 32 << 10;
/// Where they end at the latest: two headers of LUKS 2 of 4 MiB, and 128 MiB of slots.
const SLOTS_END: u64 = (2 * 4 + 128) << 20;
/// The names of answers that hold bytes of disks begin so ([`crate::root::Question::name`]).
const BLOCK: &str = "block/";

/// Blanks all key slots.
pub(super) fn blank_keys(recording: &mut Recording) {
    let mut slots: BTreeMap<String, Vec<Range<u64>>> = BTreeMap::new();
    for (name, bytes) in &recording.answers {
        let Some((device, offset)) = place(name) else { continue };
        for (at, header) in bytes.windows(MAGIC.len() + 2).enumerate() {
            let Some(edition) = header.strip_prefix(MAGIC) else { continue };
            let begin = offset.saturating_add(at as u64);
            let first = if edition == FIRST_EDITION { FIRST_SLOTS_AT } else { SECOND_SLOTS_AT };
            let range = begin.saturating_add(first)..begin.saturating_add(SLOTS_END);
            slots.entry(device.to_owned()).or_default().push(range);
        }
    }
    for (name, bytes) in &mut recording.answers {
        let Some((device, offset)) = place(name) else { continue };
        for range in slots.get(device).into_iter().flatten() {
            let index = |place: u64| usize::try_from(place.saturating_sub(offset)).unwrap_or(usize::MAX);
            let (begin, end) = (index(range.start).min(bytes.len()), index(range.end).min(bytes.len()));
            bytes.get_mut(begin..end).unwrap_or_default().fill(0);
        }
    }
}

/// Drops all bytes of disks.
pub(super) fn drop_all(recording: &mut Recording) {
    recording.answers.retain(|name, _| !name.starts_with(BLOCK));
}

/// `block/dev%2Fsda/4096-512`: the device, and where the answer begins on it.
fn place(name: &str) -> Option<(&str, u64)> {
    let (device, range) = name.strip_prefix(BLOCK)?.rsplit_once('/')?;
    Some((device, range.split_once('-')?.0.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Question;

    fn name(device: &str, offset: u64, length: usize) -> String {
        let length = u32::try_from(length).unwrap();
        Question::Block { device: device.to_owned(), offset, length }.name()
    }

    fn recording(answers: &[(&str, u64, &[u8])]) -> Recording {
        let answers = answers
            .iter()
            .map(|(device, offset, bytes)| (name(device, *offset, bytes.len()), bytes.to_vec()))
            .collect();
        Recording { answers, ..Recording::default() }
    }

    fn header(edition: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![b'K'; length];
        bytes[..8].copy_from_slice(&[MAGIC, &[0, edition]].concat());
        bytes
    }

    #[test]
    fn key_slots_are_blank_wherever_a_header_stands_and_headers_stay() {
        for (edition, first) in [(1, 4096), (2, 32 << 10), (9, 32 << 10)] {
            let disk = [vec![b'A'; 512], header(edition, 70_000)].concat();
            let mut recording = recording(&[("/dev/sda", 1 << 20, &disk)]);
            blank_keys(&mut recording);
            let kept = &recording.answers[&name("/dev/sda", 1 << 20, disk.len())];
            assert_eq!(kept[..512 + first], disk[..512 + first], "{edition}");
            assert!(
                kept.len() == disk.len() && kept[512 + first..].iter().all(|byte| *byte == 0),
                "{edition}"
            );
        }
    }

    #[test]
    fn they_are_found_in_other_answers_of_the_same_device_and_others_are_left_alone() {
        let (head, slots) = (header(1, 512), vec![b'K'; 512]);
        let mut recording = recording(&[
            ("/dev/sda", 0, &head),
            ("/dev/sda", 3840, &slots),
            ("/dev/sda", 1 << 30, &slots),
            ("/dev/sdb", 8192, &slots),
        ]);
        blank_keys(&mut recording);
        let kept = |device, offset| recording.answers[&name(device, offset, 512)].clone();
        assert_eq!(kept("/dev/sda", 0), head);
        assert_eq!(kept("/dev/sda", 3840), [[b'K'; 256], [0; 256]].concat());
        assert_eq!((kept("/dev/sda", 1 << 30), kept("/dev/sdb", 8192)), (slots.clone(), slots));
    }

    #[test]
    fn a_redacted_capture_holds_no_byte_of_a_disk() {
        let mut recording = recording(&[("/dev/sda", 0, b"secret")]);
        recording.answers.insert(Question::Timex.name(), vec![1]);
        drop_all(&mut recording);
        assert_eq!(recording.answers.into_keys().collect::<Vec<_>>(), [Question::Timex.name()]);
    }
}
