//! What ethtool requests return (linux/ethtool.h), in the byte order of the machine that answered.

mod link;
mod module;

pub use link::{LinkSettings, Port};
pub use module::Module;

/// `struct ethtool_drvinfo`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DriverInfo {
    /// `driver`.
    pub driver: Option<String>,
    /// `version`: the driver's own, or the kernel's release where it has none.
    pub version: Option<String>,
    /// `fw_version`: what runs on the card.
    pub firmware: Option<String>,
    /// `bus_info`: where the card sits, in the words of its bus.
    pub bus: Option<String>,
}

impl DriverInfo {
    /// The answer to `ETHTOOL_GDRVINFO`.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Self {
        let field = |offset: usize| text(answer.get(offset..)?.first_chunk::<32>()?);
        Self { driver: field(4), version: field(36), firmware: field(68), bus: field(100) }
    }
}

/// The answer to `ETHTOOL_GPERMADDR`: the address that the maker gave.
#[must_use]
pub fn permanent_address(answer: &[u8]) -> Option<&[u8]> {
    let size = u32::from_ne_bytes(*answer.get(4..)?.first_chunk()?);
    let address = answer.get(8..)?.get(..usize::try_from(size).ok()?)?;
    // Drivers that know none say so with zeros.
    address.iter().any(|byte| *byte != 0).then_some(address)
}

/// A field of fixed width: up to its zero or its padding. `N/A` and what no letter stands in are no values.
fn text(field: &[u8]) -> Option<String> {
    let field = field.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = String::from_utf8_lossy(field);
    let text = text.trim().replace(char::is_control, "\u{fffd}");
    let says_something = text.chars().any(char::is_alphanumeric) && !text.eq_ignore_ascii_case("n/a");
    says_something.then_some(text)
}

#[cfg(test)]
mod tests;
