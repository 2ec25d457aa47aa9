//! A transceiver's EEPROM: SFF-8472 (SFP), SFF-8636 (QSFP) and CMIS (QSFP-DD, OSFP), with the codes of SFF-8024.

use super::text;

/// What is plugged into a cage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Its form (SFF-8024, table 4-1).
    pub form: Option<&'static str>,
    /// What it speaks, by the first of its compliance codes.
    pub medium: Option<&'static str>,
    /// Who made it.
    pub vendor: Option<String>,
    /// Part number.
    pub part: Option<String>,
    /// The part's revision.
    pub revision: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
}

/// Where a memory map has its fields.
struct Map {
    vendor: usize,
    part: usize,
    revision: (usize, usize),
    serial: usize,
}

/// SFF-8472, table 4-1.
const SFP: Map = Map { vendor: 20, part: 40, revision: (56, 4), serial: 68 };
/// SFF-8636, table 6-14: upper page 0.
const QSFP: Map = Map { vendor: 148, part: 168, revision: (184, 2), serial: 196 };
/// CMIS 5.0, table 8-28: page 0.
const CMIS: Map = Map { vendor: 129, part: 148, revision: (164, 2), serial: 166 };

impl Module {
    /// The EEPROM, headed by ethtool's word for its kind (which is not needed: the first byte says it better).
    ///
    /// `None` when there is no transceiver, or its EEPROM is blank.
    #[must_use]
    pub fn decode(answer: &[u8]) -> Option<Self> {
        let eeprom = answer.get(4..)?;
        let identifier = *eeprom.first()?;
        let (map, medium) = match identifier {
            0x0c | 0x0d | 0x11 => (QSFP, qsfp_medium(eeprom)),
            0x18..=0x1f => (CMIS, None),
            0x00 | 0xff => return None,
            _ => (SFP, sfp_medium(eeprom)),
        };
        let field = |offset: usize, length: usize| text(eeprom.get(offset..)?.get(..length)?);
        let module = Self {
            form: form(identifier),
            medium,
            vendor: field(map.vendor, 16),
            part: field(map.part, 16),
            revision: field(map.revision.0, map.revision.1),
            serial: field(map.serial, 16),
        };
        (module != Self { form: module.form, ..Self::default() }).then_some(module)
    }
}

const fn form(identifier: u8) -> Option<&'static str> {
    Some(match identifier {
        0x02 => "soldered",
        0x03 => "SFP",
        0x06 => "XFP",
        0x0b => "DWDM-SFP",
        0x0c => "QSFP",
        0x0d => "QSFP+",
        0x11 => "QSFP28",
        0x18 => "QSFP-DD",
        0x19 => "OSFP",
        0x1a => "SFP-DD",
        0x1b => "DSFP",
        0x1e => "QSFP-CMIS",
        0x1f => "SFP-DD-CMIS",
        _ => return None,
    })
}

/// SFF-8472, bytes 3 to 8 and 36: the fastest first.
fn sfp_medium(eeprom: &[u8]) -> Option<&'static str> {
    let bit = |offset: usize, bit: u8| eeprom.get(offset).is_some_and(|byte| byte >> bit & 1 == 1);
    let bits = [
        (3, 7, "10GBASE-ER"),
        (3, 6, "10GBASE-LRM"),
        (3, 5, "10GBASE-LR"),
        (3, 4, "10GBASE-SR"),
        (8, 2, "passive copper"),
        (8, 3, "active cable"),
        (6, 3, "1000BASE-T"),
        (6, 2, "1000BASE-CX"),
        (6, 1, "1000BASE-LX"),
        (6, 0, "1000BASE-SX"),
    ];
    let extended = eeprom.get(36).copied().and_then(|code| extended_medium(code, true));
    extended
        .or_else(|| bits.into_iter().find(|(offset, number, _)| bit(*offset, *number)).map(|(_, _, it)| it))
}

/// SFF-8636, bytes 131 and 192.
fn qsfp_medium(eeprom: &[u8]) -> Option<&'static str> {
    let codes = *eeprom.get(131)?;
    let bits = ["40G active cable", "40GBASE-LR4", "40GBASE-SR4", "40GBASE-CR4", "10GBASE-SR", "10GBASE-LR"];
    if codes & 0x80 != 0 {
        return extended_medium(*eeprom.get(192)?, false);
    }
    bits.into_iter().enumerate().find(|(bit, _)| codes >> bit & 1 == 1).map(|(_, medium)| medium)
}

/// SFF-8024, table 4-4; one lane of it in an SFP.
const fn extended_medium(code: u8, one_lane: bool) -> Option<&'static str> {
    Some(match (code, one_lane) {
        (0x01 | 0x18, true) => "25G active cable",
        (0x01 | 0x18, false) => "100G active cable",
        (0x02, true) => "25GBASE-SR",
        (0x02, false) => "100GBASE-SR4",
        (0x03, true) => "25GBASE-LR",
        (0x03, false) => "100GBASE-LR4",
        (0x04, true) => "25GBASE-ER",
        (0x04, false) => "100GBASE-ER4",
        (0x0b, false) => "100GBASE-CR4",
        (0x0b..=0x0d, _) => "25GBASE-CR",
        (0x10, _) => "40GBASE-ER4",
        (0x16 | 0x1c, _) => "10GBASE-T",
        (0x1d, _) => "5GBASE-T",
        (0x1e, _) => "2.5GBASE-T",
        _ => return None,
    })
}
