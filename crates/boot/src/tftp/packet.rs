//! The packets (RFC 1350, section 5; RFC 2347). Pure.

/// What a client may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Packet {
    /// RRQ.
    Read(ReadRequest),
    /// WRQ.
    Write,
    /// DATA: only a client that writes would send it.
    Data,
    /// ACK of this block.
    Ack(u16),
    /// ERROR: it has had enough.
    Error { code: u16, message: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadRequest {
    pub(super) name: String,
    /// `octet`, in lower case, unless the client wants something that is not served.
    pub(super) mode: String,
    /// Names in lower case, in the client's order.
    pub(super) options: Vec<(String, String)>,
}

/// Bytes that are no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no TFTP packet: {0}")]
pub(super) struct Malformed(&'static str);

/// Error codes of RFC 1350 and 2347.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorCode {
    Undefined = 0,
    NotFound = 1,
    AccessViolation = 2,
    IllegalOperation = 4,
    UnknownTransfer = 5,
}

impl Packet {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (opcode, rest) = bytes.split_first_chunk().ok_or(Malformed("too short"))?;
        match u16::from_be_bytes(*opcode) {
            1 => ReadRequest::parse(rest).map(Self::Read),
            2 => Ok(Self::Write),
            3 => Ok(Self::Data),
            4 => Ok(Self::Ack(number(rest)?)),
            5 => {
                let text = rest.get(2..).unwrap_or_default();
                let text = text.split(|b| *b == 0).next().unwrap_or_default();
                Ok(Self::Error { code: number(rest)?, message: String::from_utf8_lossy(text).into_owned() })
            }
            _ => Err(Malformed("unknown opcode")),
        }
    }
}

impl ReadRequest {
    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let text = bytes.strip_suffix(&[0]).ok_or(Malformed("the request does not end in a zero"))?;
        let mut strings = text.split(|b| *b == 0).map(std::str::from_utf8);
        let mut next = || strings.next().transpose().map_err(|_| Malformed("a string is not UTF-8"));
        let name = next()?.filter(|name| !name.is_empty()).ok_or(Malformed("no file name"))?.to_owned();
        let mode = next()?.ok_or(Malformed("no mode"))?.to_ascii_lowercase();
        let mut options = Vec::new();
        while let Some(option) = next()? {
            let value = next()?.ok_or(Malformed("an option without a value"))?;
            options.push((option.to_ascii_lowercase(), value.to_owned()));
        }
        Ok(Self { name, mode, options })
    }
}

fn number(bytes: &[u8]) -> Result<u16, Malformed> {
    let (number, _) = bytes.split_first_chunk().ok_or(Malformed("too short"))?;
    Ok(u16::from_be_bytes(*number))
}

pub(super) fn data(block: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(payload.len() + 4);
    packet.extend(3_u16.to_be_bytes());
    packet.extend(block.to_be_bytes());
    packet.extend(payload);
    packet
}

pub(super) fn option_ack(options: &[(&'static str, u64)]) -> Vec<u8> {
    let mut packet = 6_u16.to_be_bytes().to_vec();
    for (name, value) in options {
        packet.extend(name.bytes().chain([0]));
        packet.extend(value.to_string().bytes().chain([0]));
    }
    packet
}

pub(super) fn error(code: ErrorCode, message: &str) -> Vec<u8> {
    let mut packet = 5_u16.to_be_bytes().to_vec();
    packet.extend((code as u16).to_be_bytes());
    packet.extend(message.bytes().filter(|b| *b != 0).chain([0]));
    packet
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_with_options_is_read() {
        let read = Packet::parse(b"\0\x01/snponly.efi\0OCTET\0tsize\x000\0BLKSIZE\x001468\0").unwrap();
        let Packet::Read(request) = read else { panic!("{read:?}") };
        assert_eq!((request.name.as_str(), request.mode.as_str()), ("/snponly.efi", "octet"));
        let options = [("tsize", "0"), ("blksize", "1468")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(request.options, options);
    }

    #[test]
    fn the_other_packets_are_read() {
        assert_eq!(Packet::parse(b"\0\x02x\0octet\0"), Ok(Packet::Write));
        assert_eq!(Packet::parse(b"\0\x03\0\x01data"), Ok(Packet::Data));
        assert_eq!(Packet::parse(b"\0\x04\x01\x02"), Ok(Packet::Ack(0x0102)));
        let message = "aborted".to_owned();
        assert_eq!(Packet::parse(b"\0\x05\0\x08aborted\0"), Ok(Packet::Error { code: 8, message }));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for bad in [
            &b""[..],
            b"\0",
            b"\0\x07",
            b"\0\x04\0",
            b"\0\x01",
            b"\0\x01\0",
            b"\0\x01name",
            b"\0\x01name\0",
            b"\0\x01name\0octet",
            b"\0\x01\0octet\0",
            b"\0\x01\xff\xfe\0octet\0",
            b"\0\x01name\0octet\0tsize\0",
        ] {
            assert!(Packet::parse(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_stumble(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            Packet::parse(&bytes).ok();
        }

        #[test]
        fn a_request_is_read_as_it_was_written(
            name in "[^\0]{1,80}",
            mode in "[a-zA-Z]{1,10}",
            options in prop::collection::vec(("[a-z]{1,9}", "[^\0]{0,9}"), 0..6),
        ) {
            let mut bytes = vec![0, 1];
            for text in [&name, &mode].into_iter().chain(options.iter().flat_map(|(n, v)| [n, v])) {
                bytes.extend(text.bytes().chain([0]));
            }
            let expected = ReadRequest { name, mode: mode.to_lowercase(), options };
            prop_assert_eq!(Packet::parse(&bytes), Ok(Packet::Read(expected)));
        }
    }
}
