//! DNS messages, as far as looking up an address needs them (RFC 1035, RFC 3596).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const HEADER_BYTES: usize = 12;
const RECURSION_DESIRED: u16 = 0x0100;
const IS_RESPONSE: u16 = 0x8000;
const CODE: u16 = 0x000f;
const NO_SUCH_NAME: u16 = 3;
const INTERNET: u16 = 1;
/// RFC 1035, 2.3.4.
const NAME_LIMIT_BYTES: usize = 253;
const LABEL_LIMIT_BYTES: usize = 63;

/// Which addresses are asked for: the record's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Record {
    /// IPv4.
    A = 1,
    /// IPv6.
    Aaaa = 28,
}

/// What a name server answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// These; none when the name has no address of the kind.
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NoSuchName,
    /// It would or could not say: the code.
    Failed(u16),
}

/// A question; `None` where the name is none.
pub(super) fn question(id: u16, name: &str, record: Record) -> Option<Vec<u8>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() || name.len() > NAME_LIMIT_BYTES {
        return None;
    }
    let mut message = Vec::with_capacity(HEADER_BYTES + name.len() + 6);
    for word in [id, RECURSION_DESIRED, 1, 0, 0, 0] {
        message.extend(word.to_be_bytes());
    }
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok();
        let length = length.filter(|length| (1..=LABEL_LIMIT_BYTES).contains(&usize::from(*length)))?;
        message.push(length);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend((record as u16).to_be_bytes());
    message.extend(INTERNET.to_be_bytes());
    Some(message)
}

/// The answer to that question; `None` for anything else that came to the socket.
///
/// Of a truncated one what came is taken: a server has few addresses, and each will do.
pub(super) fn answer(message: &[u8], question: &[u8]) -> Option<Answer> {
    let flags = word(message, 2)?;
    let (asked, question) = (question.get(HEADER_BYTES..)?, question);
    let is_it = word(message, 0)? == word(question, 0)? && flags & IS_RESPONSE != 0;
    if !is_it || !message.get(HEADER_BYTES..)?.get(..asked.len())?.eq_ignore_ascii_case(asked) {
        return None;
    }
    match flags & CODE {
        0 => {}
        NO_SUCH_NAME => return Some(Answer::NoSuchName),
        code => return Some(Answer::Failed(code)),
    }
    let wanted = word(asked, asked.len().checked_sub(4)?)?;
    let mut addresses = Vec::new();
    let mut at = HEADER_BYTES + asked.len();
    for _ in 0..word(message, 6)? {
        let Some((address, next)) = record(message, at, wanted) else { break };
        addresses.extend(address);
        at = next;
    }
    Some(Answer::Addresses(addresses))
}

/// The address in the record that begins there, if it has one of the wanted type, and where the next record begins.
fn record(message: &[u8], at: usize, wanted: u16) -> Option<(Option<IpAddr>, usize)> {
    let at = behind_name(message, at)?;
    let length = usize::from(word(message, at + 8)?);
    let data = message.get(at + 10..)?.get(..length)?;
    let is_wanted = word(message, at)? == wanted && word(message, at + 2)? == INTERNET;
    let address = match data.len() {
        4 if is_wanted => data.first_chunk::<4>().map(|octets| IpAddr::V4(Ipv4Addr::from(*octets))),
        16 if is_wanted => data.first_chunk::<16>().map(|octets| IpAddr::V6(Ipv6Addr::from(*octets))),
        _ => None,
    };
    Some((address, at + 10 + length))
}

/// Where the name that begins there ends. It is not read: aliases are followed by the name server.
fn behind_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            // A pointer to an earlier name ends this one.
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a name server answers: an alias, then two addresses.
    fn answered(question: &[u8]) -> Vec<u8> {
        let mut message = question.to_vec();
        message[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 3]);
        message.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3, b'b', b'o', b'x', 0xc0, 19]);
        for last in [7, 8] {
            message.extend([3, b'b', b'o', b'x', 0xc0, 19, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 9, 8, last]);
        }
        message
    }

    #[test]
    fn an_answer_with_an_alias_gives_its_addresses() {
        let question = question(7, "Muster.lan.", Record::A).unwrap();
        let addresses = vec!["10.9.8.7".parse().unwrap(), "10.9.8.8".parse().unwrap()];
        assert_eq!(answer(&answered(&question), &question), Some(Answer::Addresses(addresses)));
        let mut none = question.clone();
        none[2..4].copy_from_slice(&[0x81, 0x83]);
        assert_eq!(answer(&none, &question), Some(Answer::NoSuchName));
        none[3] = 0x82;
        assert_eq!(answer(&none, &question), Some(Answer::Failed(2)));
    }

    #[test]
    fn another_ones_answer_is_none() {
        let asked = question(7, "muster.lan", Record::A).unwrap();
        for other in [
            question(8, "muster.lan", Record::A),
            question(7, "master.lan", Record::A),
            question(7, "muster.lan", Record::Aaaa),
        ] {
            assert_eq!(answer(&answered(&other.unwrap()), &asked), None);
        }
        assert_eq!(answer(&asked, &asked), None, "a question is no answer");
    }

    #[test]
    fn what_is_no_name_is_not_asked_for() {
        for name in ["", ".", "a..b", &"a".repeat(64), &"a.".repeat(130)] {
            assert_eq!(question(1, name, Record::A), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let question = question(7, "muster.lan", Record::A).unwrap();
            answer(&bytes, &question);
            let mut message = question.clone();
            message[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0xff, 0xff]);
            message.extend(bytes);
            answer(&message, &question);
        }
    }
}
