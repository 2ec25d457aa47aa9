//! By what a machine may be recognised, and how far each may be trusted. Pure.
//!
//! | identifier | strength |
//! |---|---|
//! | system UUID | strong; weak when a MAC address is hidden in it |
//! | maker, product and system serial number | strong; medium where maker or product is junk |
//! | maker, product and board serial number | medium; weak where maker or product is junk |
//! | MAC address that a maker gave | medium; the one that a ticket proves counts as strong, see [`recognise`](crate::recognise) |
//! | MAC address set by software, or on USB (a dongle, or a BMC's port that has the same MAC in every machine) | weak |
//! | chassis serial number | weak: all blades of one enclosure say the same |

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use inventory::{Identity, MacAddr};
use serde::{Deserialize, Serialize};

use crate::junk::{is_junk, is_junk_uuid};

/// Network cards of one machine that are looked at: far more than a real one has.
pub(crate) const MAX_NICS: usize = 256;
/// Characters of one identifier's part.
const MAX_PART: usize = 96;
/// Between the parts of a serial number's value. No part holds it.
const SEPARATOR: char = '|';

/// What kind of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// SMBIOS system UUID.
    Uuid,
    /// Maker, product and system serial number.
    SystemSerial,
    /// Maker, product and board serial number.
    BoardSerial,
    /// Chassis serial number.
    ChassisSerial,
    /// MAC address.
    Mac,
}

/// How far an identifier may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Supports others.
    Weak,
    /// Two of them tell a machine.
    Medium,
    /// One of them tells a machine.
    Strong,
}

/// One thing by which a machine may be recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// Its value, normalised: lower case, single blanks.
    pub value: String,
    /// How far it may be trusted.
    pub strength: Strength,
}

impl Identifier {
    /// A MAC address's.
    #[must_use]
    pub fn mac(mac: MacAddr, strength: Strength) -> Self {
        Self { kind: IdentifierKind::Mac, value: mac.to_string(), strength }
    }

    /// Whether two identifiers of one kind can't belong to one machine. A serial number alone decides: makers rename their
    /// products with a BIOS update.
    #[must_use]
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        let number = |value: &str| value.rsplit(SEPARATOR).next().unwrap_or_default().to_owned();
        self.kind == other.kind
            && self.strength == Strength::Strong
            && other.strength == Strength::Strong
            && number(&self.value) != number(&other.value)
    }
}

/// What of an identity is worth something, sorted. Junk is dropped.
#[must_use]
pub fn identify(identity: &Identity) -> Vec<Identifier> {
    let mut found = BTreeSet::new();
    let macs: Vec<_> = identity.nics.iter().filter(|nic| nic.mac.is_unicast()).take(MAX_NICS).collect();
    for nic in &macs {
        let weak = nic.usb || nic.mac.is_locally_administered();
        found.insert(Identifier::mac(nic.mac, if weak { Strength::Weak } else { Strength::Medium }));
    }
    if let Some(uuid) = identity.system_uuid.as_deref().and_then(normal_uuid) {
        let hides_mac = hidden_mac(&uuid, macs.iter().map(|nic| nic.mac));
        let strength = if hides_mac { Strength::Weak } else { Strength::Strong };
        found.insert(Identifier { kind: IdentifierKind::Uuid, value: uuid, strength });
    }
    let model = model(identity);
    let mut serial = |kind, serial: Option<&str>, known, unknown| {
        let Some(serial) = serial.filter(|text| !is_junk(text)).map(normal) else { return };
        let (value, strength) = match &model {
            Some(model) => (format!("{model}{SEPARATOR}{serial}"), known),
            None => (serial, unknown),
        };
        found.insert(Identifier { kind, value, strength });
    };
    use IdentifierKind::{BoardSerial, ChassisSerial, SystemSerial};
    serial(SystemSerial, identity.system_serial.as_deref(), Strength::Strong, Strength::Medium);
    serial(BoardSerial, identity.board_serial.as_deref(), Strength::Medium, Strength::Weak);
    serial(ChassisSerial, identity.chassis_serial.as_deref(), Strength::Weak, Strength::Weak);
    found.into_iter().collect()
}

/// Maker and product, when both say something.
fn model(identity: &Identity) -> Option<String> {
    let said = |text: &Option<String>| text.as_deref().filter(|text| !is_junk_name(text)).map(normal);
    Some(format!("{}{SEPARATOR}{}", said(&identity.vendor)?, said(&identity.product)?))
}

/// Makers have names as short as two letters (HP).
fn is_junk_name(text: &str) -> bool {
    is_junk(text) && text.trim().chars().filter(|c| c.is_alphabetic()).count() != 2
}

fn normal(text: &str) -> String {
    let one_blank = text.split_whitespace().collect::<Vec<_>>().join(" ");
    one_blank.chars().filter(|c| *c != SEPARATOR).flat_map(char::to_lowercase).take(MAX_PART).collect()
}

fn normal_uuid(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != '-').take(33).collect();
    let bytes: [u8; 16] = hex::decode(digits).ok()?.try_into().ok()?;
    let digits = hex::encode(bytes);
    let (a, rest) = digits.split_at_checked(8)?;
    let (b, rest) = rest.split_at_checked(4)?;
    let (c, rest) = rest.split_at_checked(4)?;
    let (d, e) = rest.split_at_checked(4)?;
    Some(format!("{a}-{b}-{c}-{d}-{e}")).filter(|uuid| !is_junk_uuid(uuid))
}

/// Supermicro and Oracle write a MAC address into the UUID; others make it of one of the machine's own. Such a UUID goes
/// with the card.
fn hidden_mac(uuid: &str, own: impl Iterator<Item = MacAddr>) -> bool {
    let Some((head, tail)) = uuid.rsplit_once('-') else { return false };
    matches!(head, "00000000-0000-0000-0000" | "080020ff-ffff-ffff-ffff")
        || own.map(|mac| mac.to_string().replace(':', "")).any(|mac| mac == tail)
}

macro_rules! written {
    ($name:ident, $what:literal; $($variant:ident = $text:literal,)+) => {
        impl $name {
            /// As it is written in the database and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(format!(concat!("there is no ", $what, " called {:?}"), text)),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

written! { IdentifierKind, "kind of identifier";
    Uuid = "uuid",
    SystemSerial = "system-serial",
    BoardSerial = "board-serial",
    ChassisSerial = "chassis-serial",
    Mac = "mac",
}

written! { Strength, "strength";
    Weak = "weak",
    Medium = "medium",
    Strong = "strong",
}

#[cfg(test)]
mod tests;
