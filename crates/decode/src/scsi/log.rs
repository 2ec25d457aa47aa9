//! Log pages (SPC-5 7.3, SBC-4 6.4).

use crate::bytes::{ascii, be_any, be16, be32, byte};

/// Supported log pages.
pub const SUPPORTED: u8 = 0x00;
/// Write error counters.
pub const WRITE_ERRORS: u8 = 0x02;
/// Read error counters.
pub const READ_ERRORS: u8 = 0x03;
/// Verify error counters.
pub const VERIFY_ERRORS: u8 = 0x05;
/// Temperature.
pub const TEMPERATURE: u8 = 0x0d;
/// Start-stop cycle counter.
pub const START_STOP: u8 = 0x0e;
/// Self-test results.
pub const SELF_TEST: u8 = 0x10;
/// Solid state media.
pub const SOLID_STATE: u8 = 0x11;
/// Background scan.
pub const BACKGROUND_SCAN: u8 = 0x15;
/// Informational exceptions.
pub const EXCEPTIONS: u8 = 0x2f;

const HEAD_BYTES: usize = 4;

/// One parameter of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Which.
    pub code: u16,
    /// What it says.
    pub value: &'a [u8],
}

/// The parameters of a page that says it is `page`; none when it is another. A subpage is another page.
pub fn parameters(bytes: &[u8], page: u8) -> impl Iterator<Item = Parameter<'_>> {
    let mut rest = content(bytes, page).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&[high, low, _, length], after) = rest.split_first_chunk()?;
        let (value, others) = after.split_at_checked(length.into())?;
        rest = others;
        Some(Parameter { code: u16::from_be_bytes([high, low]), value })
    })
}

/// The page's content, cut at the length in its head; `None` when it is another page.
fn content(bytes: &[u8], page: u8) -> Option<&[u8]> {
    let rest = bytes.get(HEAD_BYTES..)?;
    let is_subpage = byte(bytes, 0)? & 0x40 != 0;
    let length = usize::from(be16(bytes, 2)?);
    (byte(bytes, 0)? & 0x3f == page && !is_subpage).then(|| rest.get(..length).unwrap_or(rest))
}

fn value(bytes: &[u8], page: u8, code: u16) -> Option<&[u8]> {
    parameters(bytes, page).find(|parameter| parameter.code == code).map(|parameter| parameter.value)
}

/// The codes of the pages that the drive has.
#[must_use]
pub fn supported(bytes: &[u8]) -> Option<&[u8]> {
    content(bytes, SUPPORTED)
}

/// Error counters of reading, writing or verifying.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Errors {
    /// Errors that the drive could correct.
    pub corrected: Option<u64>,
    /// Errors that it could not: data that were lost, or could not be written.
    pub uncorrected: Option<u64>,
    /// Bytes that went through.
    pub processed_bytes: Option<u64>,
}

/// Decodes one of the three pages of error counters.
#[must_use]
pub fn errors(bytes: &[u8], page: u8) -> Option<Errors> {
    content(bytes, page)?;
    // A counter is "not available" when all of its bits are set.
    let counter = |code| value(bytes, page, code).filter(|value| !is_unset(value)).map(be_any);
    Some(Errors { corrected: counter(3), uncorrected: counter(6), processed_bytes: counter(5) })
}

fn is_unset(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == 0xff)
}

/// Temperatures; 255 and, from drives that know none, 0 are "not available".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Temperatures {
    /// The drive's.
    pub current_celsius: Option<i32>,
    /// The maker's limit for working without end.
    pub reference_celsius: Option<i32>,
}

/// Decodes the temperature page.
#[must_use]
pub fn temperatures(bytes: &[u8]) -> Option<Temperatures> {
    content(bytes, TEMPERATURE)?;
    let celsius = |code| value(bytes, TEMPERATURE, code).and_then(|value| celsius(byte(value, 1)?));
    Some(Temperatures { current_celsius: celsius(0), reference_celsius: celsius(1) })
}

fn celsius(byte: u8) -> Option<i32> {
    (1..=200).contains(&byte).then_some(i32::from(byte))
}

/// Informational exceptions: what SCSI has for a SMART verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Additional sense code: 0 all is well, 0x0B a warning, 0x5D failure is foretold.
    pub code: u8,
    /// Its qualifier.
    pub qualifier: u8,
    /// The latest temperature.
    pub temp_celsius: Option<i32>,
}

/// Decodes the page of informational exceptions.
#[must_use]
pub fn exceptions(bytes: &[u8]) -> Option<Exceptions> {
    let general = value(bytes, EXCEPTIONS, 0)?;
    Some(Exceptions {
        code: byte(general, 0)?,
        qualifier: byte(general, 1)?,
        temp_celsius: byte(general, 2).and_then(celsius),
    })
}

/// The life that the maker foresaw, used, in percent; passes 100.
#[must_use]
pub fn used_percent(bytes: &[u8]) -> Option<u8> {
    byte(value(bytes, SOLID_STATE, 1)?, 3)
}

/// Hours that the drive was on, which the page of background scans counts in minutes.
#[must_use]
pub fn power_on_hours(bytes: &[u8]) -> Option<u64> {
    be32(value(bytes, BACKGROUND_SCAN, 0)?, 0).map(|minutes| u64::from(minutes / 60))
}

/// The start-stop page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StartStop {
    /// Year and week of manufacture (`2013-W05`).
    pub manufactured: Option<String>,
    /// Times that the drive was started.
    pub start_cycles: Option<u64>,
    /// How many its maker foresaw.
    pub specified_start_cycles: Option<u64>,
}

/// Decodes the start-stop page.
#[must_use]
pub fn start_stop(bytes: &[u8]) -> Option<StartStop> {
    content(bytes, START_STOP)?;
    let count = |code| value(bytes, START_STOP, code).filter(|value| !is_unset(value)).map(be_any);
    Some(StartStop {
        manufactured: value(bytes, START_STOP, 1).and_then(date),
        start_cycles: count(4),
        specified_start_cycles: count(3),
    })
}

fn date(value: &[u8]) -> Option<String> {
    let date = ascii(value.get(..6)?)?;
    let (year, week) = date.split_at_checked(4)?;
    let plausible =
        (1980..2100).contains(&year.parse::<u16>().ok()?) && (1..=53).contains(&week.parse::<u8>().ok()?);
    plausible.then(|| format!("{year}-W{week}"))
}

#[cfg(test)]
mod tests;
