//! The magic packet, and the password that some cards want behind it (SecureOn).

use std::fmt;
use std::str::FromStr;

use inventory::MacAddr;
use zeroize::Zeroizing;

/// A card's SecureOn password: four or six bytes.
pub struct Password(Zeroizing<Vec<u8>>);

/// Not a password. It does not repeat what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SecureOn password: expected six bytes as aa:bb:cc:dd:ee:ff, or four as 192.0.2.1")]
pub struct InvalidPassword;

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl FromStr for Password {
    type Err = InvalidPassword;

    fn from_str(text: &str) -> Result<Self, InvalidPassword> {
        let (separator, radix, count) = if text.contains('.') { ('.', 10, 4) } else { (':', 16, 6) };
        let digits =
            |part: &str| (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_hexdigit());
        let mut bytes = Zeroizing::new(Vec::with_capacity(count));
        for part in text.split(separator).take(count + 1) {
            let byte =
                Some(part).filter(|part| digits(part)).and_then(|part| u8::from_str_radix(part, radix).ok());
            bytes.push(byte.ok_or(InvalidPassword)?);
        }
        if bytes.len() == count { Ok(Self(bytes)) } else { Err(InvalidPassword) }
    }
}

/// Six bytes of ones, sixteen times the card's address, and the password.
#[must_use]
pub fn magic_packet(mac: MacAddr, password: Option<&Password>) -> Zeroizing<Vec<u8>> {
    let mut packet = Zeroizing::new(Vec::with_capacity(108));
    packet.extend_from_slice(&[0xff; 6]);
    packet.extend(mac.octets().iter().copied().cycle().take(16 * 6));
    packet.extend(password.iter().flat_map(|password| password.0.iter().copied()));
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_magic_packet_is_what_cards_listen_for() {
        let mac: MacAddr = "52:54:00:aa:bb:01".parse().unwrap();
        let packet = magic_packet(mac, None);
        assert_eq!(packet.len(), 102);
        assert_eq!(packet[..12], [255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0xaa, 0xbb, 1]);
        assert_eq!(packet[96..], [0x52, 0x54, 0, 0xaa, 0xbb, 1]);
        for (text, bytes) in
            [("01:2:AB:ff:00:06", vec![1, 2, 0xab, 255, 0, 6]), ("192.0.2.1", vec![192, 0, 2, 1])]
        {
            let password: Password = text.parse().unwrap();
            assert_eq!(magic_packet(mac, Some(&password))[102..], bytes);
            assert_eq!(format!("{password:?}"), "Password(…)");
        }
    }

    #[test]
    fn what_is_no_password_is_refused_without_being_repeated() {
        for bad in [
            "",
            "geheim",
            "1:2:3:4:5",
            "1:2:3:4:5:6:7",
            "1.2.3",
            "1.2.3.256",
            "1.2.3.4.5",
            "+1:2:3:4:5:6",
            "100:2:3:4:5:6",
        ] {
            let error = bad.parse::<Password>().unwrap_err().to_string();
            assert!(bad.len() < 6 || !error.contains(bad), "{error}");
        }
    }
}
