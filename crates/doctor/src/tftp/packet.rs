//! A client's packets. Pure.

use crate::bytes::{array, text};

/// What a server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Data {
        block: u16,
        payload: Vec<u8>,
    },
    Error {
        code: u16,
        message: String,
    },
    /// What it agrees to, its names in lower case.
    Agreed(Vec<(String, u64)>),
}

impl Said {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let number = || array(bytes, 2).map(u16::from_be_bytes);
        match u16::from_be_bytes(array(bytes, 0)?) {
            3 => Some(Self::Data { block: number()?, payload: bytes.get(4..)?.to_vec() }),
            5 => Some(Self::Error { code: number()?, message: text(bytes.get(4..)?) }),
            6 => {
                let mut words = bytes.get(2..)?.split(|byte| *byte == 0).map(String::from_utf8_lossy);
                let mut agreed = Vec::new();
                while let (Some(name), Some(value)) = (words.next(), words.next()) {
                    if let Ok(value) = value.parse() {
                        agreed.push((name.to_ascii_lowercase(), value));
                    }
                }
                Some(Self::Agreed(agreed))
            }
            _ => None,
        }
    }
}

pub(super) fn read_request(file: &str, options: &[(&str, String)]) -> Vec<u8> {
    let mut packet = vec![0, 1];
    for word in [file, "octet"].into_iter().chain(options.iter().flat_map(|(name, value)| [*name, value])) {
        packet.extend(word.bytes().filter(|byte| *byte != 0).chain([0]));
    }
    packet
}

pub(super) fn acknowledgement(block: u16) -> [u8; 4] {
    let [high, low] = block.to_be_bytes();
    [0, 4, high, low]
}

/// Said to a server whose transfer is no longer wanted, so that it does not go on sending.
pub(super) fn enough() -> Vec<u8> {
    b"\0\x05\0\x00enough\0".to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_servers_words_are_read() {
        let data = Said::Data { block: 258, payload: b"xy".to_vec() };
        assert_eq!(Said::parse(b"\0\x03\x01\x02xy"), Some(data));
        let error = Said::Error { code: 1, message: "no".to_owned() };
        assert_eq!(Said::parse(b"\0\x05\0\x01no\0"), Some(error));
        let agreed = Said::Agreed(vec![("tsize".to_owned(), 9), ("blksize".to_owned(), 1468)]);
        assert_eq!(Said::parse(b"\0\x06tsize\x009\0BLKSIZE\x001468\0odd\0x\0"), Some(agreed));
        assert_eq!(Said::parse(b"\0\x04\0\x01"), None);
    }

    #[test]
    fn a_request_is_written_as_firmware_writes_it() {
        let packet = read_request("snponly.efi", &[("tsize", "0".to_owned())]);
        assert_eq!(packet, b"\0\x01snponly.efi\0octet\0tsize\x000\0");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            Said::parse(&bytes);
        }
    }
}
