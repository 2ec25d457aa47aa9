//! IDENTIFY DEVICE data (ACS-4 7.12.7): 256 words.

use crate::bytes::{ascii, le16};
use crate::sanitize::Sanitize;
use crate::scsi::vpd;

/// Where the identity begins in the ATA Information page, after the translator's own names (SAT-5 12.4.2).
const PAGE_OFFSET: usize = 60;
/// What word 217 may say beside "not reported" (0) and "does not turn" (1).
const RATES: std::ops::RangeInclusive<u16> = 0x0401..=0xfffe;

/// What a drive says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Words 27 to 46, whole: SCSI has room for 16 of the 40 characters.
    pub model: Option<String>,
    /// Words 10 to 19.
    pub serial: Option<String>,
    /// Words 23 to 26.
    pub firmware: Option<String>,
    /// Words 108 to 111.
    pub wwn: Option<u64>,
    /// Words 60, 61, 100 to 103, in logical sectors of their length.
    pub capacity_bytes: Option<u64>,
    /// Words 106, 117, 118.
    pub logical_sector_bytes: u32,
    /// Word 106.
    pub physical_sector_bytes: u32,
    /// Word 217: turns in a minute; 0 for a drive that does not turn.
    pub rotation_rpm: Option<u16>,
    /// Word 168.
    pub form_factor: Option<FormFactor>,
    /// Word 80: the newest standard that it follows.
    pub standard: Option<&'static str>,
    /// Word 82, bit 0.
    pub smart_supported: Option<bool>,
    /// Word 85, bit 0.
    pub smart_enabled: Option<bool>,
    /// Word 84, bit 5: General Purpose Logging.
    pub has_logs: bool,
    /// Word 169, bit 0.
    pub trim: bool,
    /// Word 128; `None` where there is no such feature, or it is not told.
    pub security: Option<Security>,
    /// Word 48, bit 0: TCG Opal can be spoken to it.
    pub trusted_computing: Option<bool>,
    /// Word 69, bit 4.
    pub encrypts_all: bool,
    /// Word 59.
    pub sanitize: Sanitize,
}

/// The security feature's state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Security {
    /// A password is set.
    pub enabled: bool,
    /// Without it there is no access.
    pub locked: bool,
    /// No change until the power was off: most firmware does this at each start.
    pub frozen: bool,
    /// Too many wrong passwords.
    pub expired: bool,
    /// Its erase also reaches what was set aside.
    pub enhanced_erase: bool,
}

/// Word 168, which SCSI's page 0xB1 codes alike up to 1.8 inches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFactor {
    /// 5.25 inches.
    Inch5_25,
    /// 3.5 inches.
    Inch3_5,
    /// 2.5 inches.
    Inch2_5,
    /// 1.8 inches.
    Inch1_8,
    /// Less.
    Smaller,
    /// mSATA.
    MSata,
    /// M.2.
    M2,
    /// Soldered.
    MicroSsd,
    /// CFast.
    CFast,
}

impl FormFactor {
    /// By the code, which ATA and SCSI share.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Inch5_25,
            2 => Self::Inch3_5,
            3 => Self::Inch2_5,
            4 => Self::Inch1_8,
            5 => Self::Smaller,
            6 => Self::MSata,
            7 => Self::M2,
            8 => Self::MicroSsd,
            9 => Self::CFast,
            _ => return None,
        })
    }

    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inch5_25 => "5.25 inches",
            Self::Inch3_5 => "3.5 inches",
            Self::Inch2_5 => "2.5 inches",
            Self::Inch1_8 => "1.8 inches",
            Self::Smaller => "less than 1.8 inches",
            Self::MSata => "mSATA",
            Self::M2 => "M.2",
            Self::MicroSsd => "MicroSSD",
            Self::CFast => "CFast",
        }
    }
}

/// The identity in vital product data page 0x89 (ATA Information), which the kernel keeps in sysfs: no drive is asked.
#[must_use]
pub fn identity_page(page: &[u8]) -> Option<Identity> {
    vpd::page(page, 0x89)?;
    Identity::decode(page.get(PAGE_OFFSET..)?)
}

impl Identity {
    /// Decodes the 512 bytes; `None` when they are too few, or name no ATA drive.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let word = |number: usize| le16(bytes, 2 * number).unwrap_or_default();
        let bit = |number, bit: u16| word(number) & 1 << bit != 0;
        // Words 83, 84, 87, 48, 106: bits 15 and 14 are 0 and 1 where the word means something.
        let valid = |number| word(number) >> 14 == 0b01;
        // Bit 15 of word 0 is another kind of device; a word of all ones comes from a bus with nobody on it.
        if bytes.len() < 512 || bit(0, 15) {
            return None;
        }
        let (serial, model) = (text(bytes, 10..20), text(bytes, 27..47));
        if serial.is_none() && model.is_none() {
            return None;
        }
        let sector = if valid(106) { word(106) } else { 0 };
        let sector_words = u32::from(word(117)) | u32::from(word(118)) << 16;
        let long_sector = sector & 1 << 12 != 0 && (256..=8192).contains(&sector_words);
        let logical_sector_bytes = if long_sector { 2 * sector_words } else { 512 };
        let shift = if sector & 1 << 13 != 0 { u32::from(sector & 0x0f) } else { 0 };
        Some(Self {
            serial,
            model,
            firmware: text(bytes, 23..27),
            wwn: wide(bytes, 108..112)
                .filter(|wwn| (valid(87) && bit(87, 8)) && matches!(wwn >> 60, 1..=0xe)),
            capacity_bytes: sectors(bytes).checked_mul(logical_sector_bytes.into()).filter(|size| *size != 0),
            logical_sector_bytes,
            physical_sector_bytes: logical_sector_bytes << shift,
            rotation_rpm: match word(217) {
                1 => Some(0),
                rate if RATES.contains(&rate) => Some(rate),
                _ => None,
            },
            form_factor: FormFactor::from_code(u8::try_from(word(168) & 0x0f).unwrap_or_default()),
            standard: standard(word(80)),
            smart_supported: valid(83).then(|| bit(82, 0)),
            smart_enabled: valid(87).then(|| bit(85, 0)),
            has_logs: valid(84) && bit(84, 5),
            trim: bit(169, 0) && word(169) != 0xffff,
            security: security(word(128)),
            trusted_computing: valid(48).then(|| bit(48, 0)),
            encrypts_all: bit(69, 4) && word(69) != 0xffff,
            sanitize: sanitize(word(59)),
        })
    }
}

/// Two characters a word, the first in the high byte.
fn text(bytes: &[u8], words: std::ops::Range<usize>) -> Option<String> {
    let words = bytes.get(2 * words.start..2 * words.end)?.as_chunks::<2>().0;
    ascii(&words.iter().flat_map(|[low, high]| [*high, *low]).collect::<Vec<_>>())
}

/// A name of four words, the highest first.
fn wide(bytes: &[u8], words: std::ops::Range<usize>) -> Option<u64> {
    words.map(|word| le16(bytes, 2 * word)).try_fold(0, |sum, word| Some(sum << 16 | u64::from(word?)))
}

/// Words 100 to 103 where 48-bit addresses are supported (word 83, bit 10), else words 60 and 61.
fn sectors(bytes: &[u8]) -> u64 {
    let number = |words: std::ops::Range<usize>| wide_low_first(bytes, words).unwrap_or_default();
    let long = le16(bytes, 2 * 83).is_some_and(|word| word >> 14 == 0b01 && word & 1 << 10 != 0);
    let sectors = if long { number(100..104) } else { 0 };
    if sectors == 0 { number(60..62) } else { sectors }
}

fn wide_low_first(bytes: &[u8], words: std::ops::Range<usize>) -> Option<u64> {
    words.rev().map(|word| le16(bytes, 2 * word)).try_fold(0, |sum, word| Some(sum << 16 | u64::from(word?)))
}

fn standard(versions: u16) -> Option<&'static str> {
    if matches!(versions, 0 | 0xffff) {
        return None;
    }
    Some(match versions.ilog2() {
        13.. => "ACS-6 or later",
        12 => "ACS-5",
        11 => "ACS-4",
        10 => "ACS-3",
        9 => "ACS-2",
        8 => "ATA8-ACS",
        7 => "ATA/ATAPI-7",
        6 => "ATA/ATAPI-6",
        5 => "ATA/ATAPI-5",
        4 => "ATA/ATAPI-4",
        _ => return None,
    })
}

fn security(word: u16) -> Option<Security> {
    let bit = |number: u16| word & 1 << number != 0;
    (bit(0) && word != 0xffff).then(|| Security {
        enabled: bit(1),
        locked: bit(2),
        frozen: bit(3),
        expired: bit(4),
        enhanced_erase: bit(5),
    })
}

fn sanitize(word: u16) -> Sanitize {
    let bit = |number: u16| word & 1 << 12 != 0 && word != 0xffff && word & 1 << number != 0;
    Sanitize { crypto_erase: bit(13), overwrite: bit(14), block_erase: bit(15) }
}

#[cfg(test)]
mod tests;
