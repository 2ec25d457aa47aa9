//! Puts other serial numbers, MACs and names in the place of the real ones.
//!
//! One value becomes the same other value wherever it stands and however it is written: as text, as raw bytes, with the
//! bytes of each word swapped as ATA does. Its shape stays (digits become digits, hex digits hex digits, a MAC keeps its
//! maker), so that a capture is still read as before. The key that decides is thrown away with the process. What carries a
//! checksum over such a value (a partition table, a BMC's unit record) does not match it any more.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::root::Recording;

/// A shorter text is replaced only where it stands alone.
const ALONE_BELOW: usize = 8;
/// Shorter raw bytes would be found where they are something else.
const SHORTEST_RAW: usize = 6;

/// What stands for what.
pub(super) struct Redactor {
    count: usize,
    /// By their first byte, the longest first.
    pairs: BTreeMap<u8, Vec<Pair>>,
}

struct Pair {
    from: Vec<u8>,
    to: Vec<u8>,
    alone: bool,
}

impl Redactor {
    /// Changes nothing.
    pub(super) const fn none() -> Self {
        Self { count: 0, pairs: BTreeMap::new() }
    }

    /// Replaces these.
    pub(super) fn new(secrets: BTreeSet<String>) -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let mut forms = BTreeMap::new();
        for secret in &secrets {
            // Two ways to write one value must become two ways to write one other value.
            let other = substitute(&key, secret);
            for (from, to, alone) in forms_of(secret, &other) {
                forms.entry(from).or_insert((to, alone));
            }
        }
        let mut pairs: BTreeMap<u8, Vec<Pair>> = BTreeMap::new();
        for (from, (to, alone)) in forms {
            let Some(first) = from.first().copied() else { continue };
            pairs.entry(first).or_default().push(Pair { from, to, alone });
        }
        pairs.values_mut().for_each(|pairs| pairs.sort_by_key(|pair| std::cmp::Reverse(pair.from.len())));
        Ok(Self { count: secrets.len(), pairs })
    }

    /// How many values it replaces.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// These bytes, with all replaced.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, others)) = rest.split_first() {
            let before = out.last().copied();
            let found =
                self.pairs.get(first).and_then(|pairs| pairs.iter().find(|pair| pair.is_at(rest, before)));
            match found {
                Some(pair) => {
                    out.extend(&pair.to);
                    rest = rest.get(pair.from.len()..).unwrap_or_default();
                }
                None => {
                    out.push(*first);
                    rest = others;
                }
            }
        }
        out
    }

    fn text(&self, text: &str) -> String {
        // A path holds no raw form that is no text; were it one, the path would stay as it is.
        String::from_utf8(self.bytes(text.as_bytes())).unwrap_or_else(|_| text.to_owned())
    }

    /// This recording, with all replaced, in names and links as well.
    pub(super) fn recording(&self, recording: Recording) -> Recording {
        if self.pairs.is_empty() {
            return recording;
        }
        let bytes = |map: BTreeMap<String, Vec<u8>>| {
            map.into_iter().map(|(name, content)| (self.text(&name), self.bytes(&content))).collect()
        };
        let names = |set: BTreeSet<String>| set.iter().map(|name| self.text(name)).collect();
        Recording {
            files: bytes(recording.files),
            answers: bytes(recording.answers),
            links: recording
                .links
                .iter()
                .map(|(name, target)| (self.text(name), self.text(target)))
                .collect(),
            folders: names(recording.folders),
            seen: names(recording.seen),
            errors: recording.errors.iter().map(|(name, errno)| (self.text(name), *errno)).collect(),
        }
    }
}

impl Pair {
    fn is_at(&self, rest: &[u8], before: Option<u8>) -> bool {
        let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let Some(after) = rest.strip_prefix(self.from.as_slice()) else { return false };
        !self.alone || !(is_word(before) || is_word(after.first().copied()))
    }
}

/// Another value of the same shape. Letter case does not count, so that `AB12` and `ab12` stay one value.
fn substitute(key: &[u8], secret: &str) -> String {
    let plain: String = secret.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let mut stream = Stream { key, plain: &plain, block: 0, bytes: Vec::new() };
    // A MAC's first three octets are its maker's.
    let kept = if is_mac(secret) { 6 } else { 0 };
    let mut seen = 0;
    let other = secret.chars().map(|c| {
        if !c.is_ascii_alphanumeric() {
            return c;
        }
        seen += 1;
        let class: &[u8] = match c {
            '0'..='9' => b"0123456789",
            'a'..='f' => b"abcdef",
            'A'..='F' => b"ABCDEF",
            'a'..='z' => b"ghijklmnopqrstuvwxyz",
            _ => b"GHIJKLMNOPQRSTUVWXYZ",
        };
        let index = usize::from(stream.next()) % class.len();
        if seen <= kept { c } else { class.get(index).copied().map_or(c, char::from) }
    });
    other.collect()
}

/// Bytes that only the key's holder can foretell.
struct Stream<'a> {
    key: &'a [u8],
    plain: &'a str,
    block: u32,
    bytes: Vec<u8>,
}

impl Stream<'_> {
    fn next(&mut self) -> u8 {
        if self.bytes.is_empty() {
            let block = Sha256::new().chain_update(self.key).chain_update(self.block.to_le_bytes());
            self.bytes = block.chain_update(self.plain).finalize().to_vec();
            self.block += 1;
        }
        self.bytes.pop().unwrap_or_default()
    }
}

fn is_mac(text: &str) -> bool {
    text.parse::<inventory::MacAddr>().is_ok()
}

/// The ways to write one value, each with the same way to write the other.
fn forms_of(secret: &str, other: &str) -> Vec<(Vec<u8>, Vec<u8>, bool)> {
    let mut forms = Vec::new();
    let text = |forms: &mut Vec<_>, from: &str, to: &str| {
        let alone = from.len() < ALONE_BELOW;
        for change in [str::to_owned, str::to_lowercase, str::to_uppercase] as [fn(&str) -> String; 3] {
            let (from, to) = (change(from), change(to));
            forms.push((swapped(from.as_bytes()), swapped(to.as_bytes()), alone));
            forms.push((from.into_bytes(), to.into_bytes(), alone));
        }
    };
    text(&mut forms, secret, other);
    // `naa.5000c500…` also stands without its kind, and a MAC with dashes.
    let bare = |text: &str| text.rsplit_once(['.', 'x']).map_or(text, |(_, rest)| rest).to_owned();
    text(&mut forms, &bare(secret), &bare(other));
    text(&mut forms, &secret.replace(':', "-"), &other.replace(':', "-"));
    let digits = |text: &str| bare(text).replace([':', '-'], "");
    let (from, to) = (digits(secret), digits(other));
    text(&mut forms, &from, &to);
    if let (Ok(from), Ok(to)) = (hex::decode(&from), hex::decode(&to))
        && from.len() >= SHORTEST_RAW
    {
        forms.push((swapped(&from), swapped(&to), false));
        forms.push((fields_reversed(&from), fields_reversed(&to), false));
        if let (Some(from), Some(to)) = (interface_id(&from), interface_id(&to)) {
            text(&mut forms, &hex::encode(&from), &hex::encode(&to));
            forms.push((from, to, false));
        }
        forms.push((from, to, false));
    }
    forms.retain(|(from, ..)| from.len() >= 4);
    forms
}

/// ATA stores the two characters of each word the other way round.
fn swapped(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(2).flat_map(|pair| pair.iter().rev().copied()).collect()
}

/// A UUID as SMBIOS stores it: its first three fields are little-endian.
fn fields_reversed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.len() == 16 {
        for field in [0..4, 4..6, 6..8] {
            bytes.get_mut(field).unwrap_or_default().reverse();
        }
    }
    bytes
}

/// The lower half of the IPv6 addresses that a MAC makes (RFC 4291, appendix A).
fn interface_id(mac: &[u8]) -> Option<Vec<u8>> {
    let [a, b, c, d, e, f] = mac else { return None };
    Some(vec![a ^ 2, *b, *c, 0xff, 0xfe, *d, *e, *f])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        Redactor::new(secrets.iter().map(|secret| (*secret).to_owned()).collect()).unwrap()
    }

    #[test]
    fn one_value_becomes_the_same_other_one_however_it_is_written() {
        let redactor = redactor(&["52:54:00:aa:bb:0c"]);
        let text = |text: &str| String::from_utf8(redactor.bytes(text.as_bytes())).unwrap();
        let mac = text("52:54:00:aa:bb:0c");
        assert!(mac.starts_with("52:54:00:") && mac != "52:54:00:aa:bb:0c", "{mac}");
        let raw: Vec<u8> = mac.split(':').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect();
        assert_eq!(
            redactor.bytes(b"\x01\x52\x54\x00\xaa\xbb\x0c\x02"),
            [&[1], raw.as_slice(), &[2]].concat()
        );
        assert_eq!(
            text("BOOTIF=01-52-54-00-AA-BB-0C"),
            format!("BOOTIF=01-{}", mac.replace(':', "-").to_uppercase())
        );
        assert_eq!(text("enx525400aabb0c"), format!("enx{}", mac.replace(':', "")));
        let address = text("fe8000000000000050540" /* not it */);
        assert_eq!(address, "fe8000000000000050540");
        assert!(!text("fe80000000000000505400fffeaabb0c 02").contains("aabb0c"));
    }

    #[test]
    fn ata_smbios_and_world_wide_names_are_found_in_their_bytes() {
        let redactor =
            redactor(&["QM00005X", "03000200-0400-0500-0006-000700080009", "naa.5000c500a1b2c3d4"]);
        let gone = |bytes: &[u8]| assert_ne!(redactor.bytes(bytes), bytes, "{bytes:02x?}");
        gone(b"..MQ0000X5..");
        gone(&[0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9]);
        gone(&[0x50, 0, 0xc5, 0, 0xa1, 0xb2, 0xc3, 0xd4]);
        gone(b"wwn-0x5000c500a1b2c3d4");
    }

    #[test]
    fn a_short_value_is_replaced_where_it_stands_alone() {
        let redactor = redactor(&["A123"]);
        let text = |text: &str| String::from_utf8(redactor.bytes(text.as_bytes())).unwrap();
        assert_eq!(text("BA1234"), "BA1234");
        assert_ne!(text("ata-X_A123\n"), "ata-X_A123\n");
        assert_eq!(text("ata-X_A123\n").len(), 11);
    }
}
