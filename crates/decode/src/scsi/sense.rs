//! Sense data (SPC-5 4.4): what came between a command and its end.

use std::fmt;

use crate::bytes::byte;

/// Sense data, of either format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// The kind: 2 not ready, 3 medium error, 4 hardware error, 5 illegal request.
    pub key: u8,
    /// Additional sense code.
    pub code: u8,
    /// Its qualifier.
    pub qualifier: u8,
}

/// What a drive's sense data say of its power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// It would have to spin up to answer more.
    Asleep,
    /// It saves power, and answers at once.
    Idle,
}

impl Sense {
    /// Decodes it; `None` when there is none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let at = |offset| byte(bytes, offset);
        match at(0)? & 0x7f {
            0x70 | 0x71 => Some(Self {
                key: at(2)? & 0x0f,
                // A short one has no additional code.
                code: at(12).unwrap_or_default(),
                qualifier: at(13).unwrap_or_default(),
            }),
            0x72 | 0x73 => Some(Self { key: at(1)? & 0x0f, code: at(2)?, qualifier: at(3)? }),
            _ => None,
        }
    }

    /// The device has no such command, page or field: nothing to worry about.
    #[must_use]
    pub const fn is_unsupported(&self) -> bool {
        self.key == 5
    }

    /// Power conditions (SPC-5 5.13); `None` for a drive at full power.
    #[must_use]
    pub const fn power(&self) -> Option<Power> {
        match (self.key, self.code, self.qualifier) {
            // Low power: standby z by timer, by command, and standby y likewise.
            (_, 0x5e, 0x02 | 0x04 | 0x09 | 0x0a) => Some(Power::Asleep),
            (_, 0x5e, _) => Some(Power::Idle),
            // Not ready: stopped until a START UNIT, or until SAS power control lets it spin up.
            (2, 0x04, 0x02 | 0x11) => Some(Power::Asleep),
            _ => None,
        }
    }
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self.key {
            0x0 => "no sense",
            0x1 => "recovered error",
            0x2 => "not ready",
            0x3 => "medium error",
            0x4 => "hardware error",
            0x5 => "illegal request",
            0x6 => "unit attention",
            0x7 => "data protect",
            0xb => "aborted command",
            _ => "sense key",
        };
        write!(f, "{key} ({:x}/{:02x}/{:02x})", self.key, self.code, self.qualifier)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_formats_say_the_same() {
        let fixed = [0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x02, 0, 0, 0, 0];
        let stopped = Sense::decode(&fixed).unwrap();
        assert_eq!(Sense::decode(&[0x72, 2, 0x04, 0x02]), Some(stopped));
        assert_eq!(stopped.power(), Some(Power::Asleep));
        assert_eq!(stopped.to_string(), "not ready (2/04/02)");
        assert_eq!(Sense::decode(&[0xf0, 0, 3]).unwrap().key, 3);
    }

    #[test]
    fn standby_is_told_from_idle_and_from_awake() {
        let power = |code, qualifier| Sense { key: 0, code, qualifier }.power();
        assert_eq!((power(0x5e, 0x02), power(0x5e, 0x0a)), (Some(Power::Asleep), Some(Power::Asleep)));
        assert_eq!((power(0x5e, 0x01), power(0x5e, 0x08)), (Some(Power::Idle), Some(Power::Idle)));
        assert_eq!((power(0, 0), power(0x04, 0x02)), (None, None));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = Sense::decode(&bytes).map(|sense| (sense.power(), sense.to_string()));
        }
    }
}
