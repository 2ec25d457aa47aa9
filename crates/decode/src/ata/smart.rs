//! SMART data, thresholds and the self-test log (ATA8-ACS 7.53; their vendor-specific parts as all makers fill them).

use crate::bytes::{byte, le16};
use crate::self_test::{Outcome, SelfTest};

const SECTOR: usize = 512;
const ATTRIBUTES: usize = 30;
const ATTRIBUTE_BYTES: usize = 12;
/// Attributes of both sectors begin behind a version of two bytes.
const ATTRIBUTES_AT: usize = 2;
const SELF_TEST_STATUS_AT: usize = 363;
/// The self-test log: 21 results of 24 bytes, then which of them is the newest, counted from 1.
const RESULTS: u8 = 21;
const RESULT_BYTES: usize = 24;
const NEWEST_AT: usize = 508;

/// SMART data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smart {
    /// In the drive's order, each id once.
    pub attributes: Vec<Attribute>,
    /// The self-test execution status says that one runs.
    pub self_test_runs: bool,
}

/// One attribute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attribute {
    /// What it is: 5 is reallocated sectors.
    pub id: u8,
    /// Its failing foretells the drive's; otherwise it tells of age only.
    pub prefailure: bool,
    /// Normalised: less is worse.
    pub value: u8,
    /// The least that it ever was.
    pub worst: u8,
    /// What it must stay above; `None` when the drive did not say.
    pub threshold: Option<u8>,
    /// The maker's own number, 48 bits.
    pub raw: u64,
}

impl Attribute {
    /// It is at or below its threshold.
    #[must_use]
    pub fn fails_now(&self) -> bool {
        self.is_at_threshold(self.value)
    }

    /// It is, or once was, at or below its threshold.
    #[must_use]
    pub fn ever_failed(&self) -> bool {
        self.fails_now() || self.is_at_threshold(self.worst)
    }

    /// A threshold of 0 is always passed; 0, 254 and 255 are no values (ATA8-ACS leaves them to no use).
    fn is_at_threshold(&self, value: u8) -> bool {
        self.threshold
            .is_some_and(|threshold| threshold != 0 && (1..=253).contains(&value) && value <= threshold)
    }

    /// Raw numbers of which only the lower 16 bits count: makers keep other counts above them.
    #[must_use]
    pub const fn low_word(&self) -> u64 {
        self.raw & 0xffff
    }

    /// The raw number of an attribute of time: hours in the lower 24 bits, minutes or milliseconds above.
    #[must_use]
    pub const fn hours(&self) -> u64 {
        self.raw & 0xff_ffff
    }

    /// The raw number of an attribute of temperature: the lowest byte, with the least and greatest packed above.
    #[must_use]
    pub fn celsius(&self) -> Option<i32> {
        let [low, ..] = self.raw.to_le_bytes();
        let celsius = i32::from(low.cast_signed());
        // A drive that knows no temperature says 0.
        ((-40..=120).contains(&celsius) && celsius != 0).then_some(celsius)
    }
}

impl Smart {
    /// Decodes the sector of SMART READ DATA, with that of SMART READ THRESHOLDS where it was had; `None` when the first
    /// is cut, broken on its way, or empty.
    #[must_use]
    pub fn decode(data: &[u8], thresholds: Option<&[u8]>) -> Option<Self> {
        let data = sound(data)?;
        let thresholds = thresholds.and_then(sound);
        let threshold = |id| entries(thresholds?).find(|entry| entry.first() == Some(&id))?.get(1).copied();
        let mut attributes: Vec<Attribute> = Vec::new();
        for entry in entries(data) {
            let &[id, flags, _, value, worst, a, b, c, d, e, f, _] = entry else { continue };
            if id != 0 && !attributes.iter().any(|known| known.id == id) {
                let raw = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
                let (prefailure, threshold) = (flags & 1 != 0, threshold(id));
                attributes.push(Attribute { id, prefailure, value, worst, threshold, raw });
            }
        }
        Some(Self { attributes, self_test_runs: byte(data, SELF_TEST_STATUS_AT)? >> 4 == 0xf })
    }

    /// The attribute of this id.
    #[must_use]
    pub fn attribute(&self, id: u8) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.id == id)
    }
}

fn entries(sector: &[u8]) -> impl Iterator<Item = &[u8]> {
    sector.get(ATTRIBUTES_AT..).unwrap_or_default().chunks_exact(ATTRIBUTE_BYTES).take(ATTRIBUTES)
}

/// A sector whose bytes add up to 0, and are not all 0.
fn sound(bytes: &[u8]) -> Option<&[u8]> {
    let sector = bytes.get(..SECTOR)?;
    let sum = sector.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    (sum == 0 && sector.iter().any(|byte| *byte != 0)).then_some(sector)
}

/// The newest entry of the self-test log; `None` when there was no test.
#[must_use]
pub fn last_self_test(log: &[u8]) -> Option<SelfTest> {
    let log = sound(log)?;
    let newest = byte(log, NEWEST_AT).filter(|number| (1..=RESULTS).contains(number))?;
    let at = ATTRIBUTES_AT + RESULT_BYTES * usize::from(newest - 1);
    let outcome = match byte(log, at + 1)? >> 4 {
        0x0 => Outcome::Passed,
        0x1 | 0x2 => Outcome::Aborted,
        // A fatal error; an unknown, electrical, servo or read element; handling damage.
        0x3..=0x8 => Outcome::Failed,
        0xf => Outcome::Running,
        _ => return None,
    };
    Some(SelfTest { outcome, power_on_hours: le16(log, at + 2).map(u64::from) })
}

#[cfg(test)]
mod tests;
