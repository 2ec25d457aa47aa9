//! Identify Controller (5.17.2.1, figure 275).

use crate::bytes::{ascii, kelvin, le16, le32, le128};
use crate::sanitize::Sanitize;

/// What a controller says of itself and its drive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Controller {
    /// SN.
    pub serial: Option<String>,
    /// MN.
    pub model: Option<String>,
    /// FR.
    pub firmware: Option<String>,
    /// VER, as `1.4.0`; controllers before 1.2 leave it zero.
    pub version: Option<String>,
    /// TNVMCAP: the whole drive, over all of its namespaces.
    pub capacity_bytes: Option<u64>,
    /// WCTEMP: from here on the drive warns.
    pub warning_celsius: Option<i32>,
    /// CCTEMP: from here on it may stop.
    pub critical_celsius: Option<i32>,
    /// OACS bit 0: Security Send and Receive, by which TCG Opal is spoken.
    pub security_commands: Option<bool>,
    /// OACS bit 4: it can test itself.
    pub self_test: bool,
    /// SANICAP.
    pub sanitize: Sanitize,
    /// NN: the greatest number of a namespace.
    pub namespaces: Option<u32>,
    /// SUBNQN: the same for all controllers of one drive.
    pub subsystem: Option<String>,
}

impl Controller {
    /// Decodes the 4096 bytes; `None` when there are too few for a name, or none of the fields that each drive has.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let text = |from: usize, length: usize| ascii(bytes.get(from..from + length)?);
        let (serial, model) = (text(4, 20), text(24, 40));
        if bytes.len() < 72 || (serial.is_none() && model.is_none()) {
            return None;
        }
        let commands = le16(bytes, 256);
        let sanitize = le32(bytes, 328).unwrap_or_default();
        Some(Self {
            serial,
            model,
            firmware: text(64, 8),
            version: le32(bytes, 80).and_then(version),
            capacity_bytes: le128(bytes, 280).filter(|size| *size != 0),
            warning_celsius: le16(bytes, 266).and_then(kelvin),
            critical_celsius: le16(bytes, 268).and_then(kelvin),
            security_commands: commands.map(|bits| bits & 1 != 0),
            self_test: commands.is_some_and(|bits| bits & 1 << 4 != 0),
            sanitize: Sanitize {
                crypto_erase: sanitize & 1 != 0,
                block_erase: sanitize & 2 != 0,
                overwrite: sanitize & 4 != 0,
            },
            namespaces: le32(bytes, 516).filter(|count| *count != 0),
            subsystem: subsystem(bytes.get(768..1024).unwrap_or_default()),
        })
    }
}

fn version(version: u32) -> Option<String> {
    let [patch, minor, low, high] = version.to_le_bytes();
    (version != 0).then(|| format!("{}.{minor}.{patch}", u16::from_le_bytes([low, high])))
}

/// A qualified name ends at its first zero.
fn subsystem(bytes: &[u8]) -> Option<String> {
    ascii(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).filter(|name| name.starts_with("nqn."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn identify() -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        bytes[4..24].copy_from_slice(b"PHLJ9152001X8P0HGN  ");
        bytes[24..64].copy_from_slice(b"INTEL SSDPE2KX080T8                     ");
        bytes[64..72].copy_from_slice(b"VDV10131");
        bytes[80..84].copy_from_slice(&0x0001_0200_u32.to_le_bytes());
        bytes[256..258].copy_from_slice(&0x001e_u16.to_le_bytes());
        bytes[266..268].copy_from_slice(&343_u16.to_le_bytes());
        bytes[268..270].copy_from_slice(&353_u16.to_le_bytes());
        bytes[280..296].copy_from_slice(&8_001_563_222_016_u128.to_le_bytes());
        bytes[328] = 0b011;
        bytes[516] = 128;
        bytes[768..789].copy_from_slice(b"nqn.2014-08.com:drive");
        bytes
    }

    #[test]
    fn a_controller_says_what_it_is() {
        let said = Controller::decode(&identify()).unwrap();
        assert_eq!(said.model.as_deref(), Some("INTEL SSDPE2KX080T8"));
        assert_eq!(said.serial.as_deref(), Some("PHLJ9152001X8P0HGN"));
        assert_eq!((said.firmware.as_deref(), said.version.as_deref()), (Some("VDV10131"), Some("1.2.0")));
        assert_eq!((said.warning_celsius, said.critical_celsius), (Some(70), Some(80)));
        assert_eq!((said.capacity_bytes, said.namespaces), (Some(8_001_563_222_016), Some(128)));
        assert_eq!((said.security_commands, said.self_test), (Some(false), true));
        assert_eq!(said.sanitize, Sanitize { crypto_erase: true, block_erase: true, overwrite: false });
        assert_eq!(said.subsystem.as_deref(), Some("nqn.2014-08.com:drive"));
    }

    #[test]
    fn what_is_not_reported_is_absent() {
        let mut bytes = vec![0; 4096];
        bytes[4] = b'S';
        let said = Controller::decode(&bytes).unwrap();
        assert_eq!((said.version, said.capacity_bytes, said.warning_celsius), (None, None, None));
        assert_eq!(Controller::decode(&[0; 4096]), None);
        assert_eq!(Controller::decode(&[0xff; 4096]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, cut in 0..4096_usize, at in 0..4096_usize, value: u8) {
            let _ = Controller::decode(&bytes);
            let mut real = identify();
            real[at] = value;
            let _ = Controller::decode(&real[..cut]);
            prop_assert!(Controller::decode(&real).is_some());
        }
    }
}
