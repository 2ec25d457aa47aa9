//! ethtool requests that read (linux/ethtool.h).

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use super::line;
use crate::kernel;
use crate::root::Ethtool;

const GDRVINFO: u32 = 0x03;
const GPERMADDR: u32 = 0x20;
const GMODULEINFO: u32 = 0x42;
const GMODULEEEPROM: u32 = 0x43;
const GLINKSETTINGS: u32 = 0x4c;

const DRIVER_INFO_BYTES: usize = 196;
const LINK_SETTINGS_BYTES: usize = 48;
/// Where the number of words in each mask of modes stands.
const MASK_WORDS_AT: usize = 15;
const MODULE_INFO_BYTES: usize = 44;
/// No address is longer (InfiniBand's has 20).
const ADDRESS_BYTES: u32 = 32;
/// SFF-8472 has two pages of 256 bytes; what QSFP modules show beyond is thresholds.
const EEPROM_LIMIT_BYTES: u32 = 512;

pub(super) fn ask(interface: &str, request: Ethtool) -> io::Result<Vec<u8>> {
    let socket = line::open()?;
    let answer = ask_on(&socket, interface, request);
    line::keep(socket);
    answer
}

fn ask_on(socket: &OwnedFd, interface: &str, request: Ethtool) -> io::Result<Vec<u8>> {
    let call = |command: u32, head: &[u32], bytes: usize| call(socket, interface, command, head, bytes);
    match request {
        Ethtool::DriverInfo => call(GDRVINFO, &[], DRIVER_INFO_BYTES),
        Ethtool::PermanentAddress => call(GPERMADDR, &[ADDRESS_BYTES], 8 + ADDRESS_BYTES as usize),
        Ethtool::LinkSettings => link_settings(socket, interface),
        Ethtool::Module => {
            let info = call(GMODULEINFO, &[], MODULE_INFO_BYTES)?;
            let word = |at: usize| info.get(at..)?.first_chunk().copied().map(u32::from_ne_bytes);
            let (kind, length) = word(4).zip(word(8)).ok_or(io::ErrorKind::InvalidData)?;
            let length = length.min(EEPROM_LIMIT_BYTES);
            let eeprom = call(GMODULEEEPROM, &[0, 0, length], 16 + length as usize)?;
            let mut answer = kind.to_le_bytes().to_vec();
            answer.extend(eeprom.get(16..).unwrap_or_default());
            Ok(answer)
        }
    }
}

/// The first call, with no room for the masks, is answered with how much they need, negated.
fn link_settings(socket: &OwnedFd, interface: &str) -> io::Result<Vec<u8>> {
    let first = call(socket, interface, GLINKSETTINGS, &[], LINK_SETTINGS_BYTES)?;
    let words = first.get(MASK_WORDS_AT).map_or(0, |count| count.cast_signed());
    let Some(words) =
        words.checked_neg().and_then(|count| u8::try_from(count).ok()).filter(|count| *count > 0)
    else {
        return Ok(first);
    };
    let mut structure = vec![0; LINK_SETTINGS_BYTES + 3 * 4 * usize::from(words)];
    put(&mut structure, 0, GLINKSETTINGS);
    if let Some(count) = structure.get_mut(MASK_WORDS_AT) {
        *count = words;
    }
    kernel::ethtool(socket.as_fd(), interface, &mut structure)?;
    Ok(structure)
}

fn call(socket: &OwnedFd, interface: &str, command: u32, head: &[u32], bytes: usize) -> io::Result<Vec<u8>> {
    let mut structure = vec![0; bytes];
    put(&mut structure, 0, command);
    for (index, word) in head.iter().enumerate() {
        put(&mut structure, 4 + 4 * index, *word);
    }
    kernel::ethtool(socket.as_fd(), interface, &mut structure)?;
    Ok(structure)
}

fn put(structure: &mut [u8], at: usize, word: u32) {
    if let Some(place) = structure.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = word.to_ne_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_interface_answers_and_a_strange_name_does_not() {
        let settings = ask("lo", Ethtool::DriverInfo);
        // Some drivers have no such request; the call itself must go through.
        assert!(settings.is_ok() || settings.unwrap_err().raw_os_error() == Some(libc::EOPNOTSUPP));
        assert_eq!(ask("none0", Ethtool::DriverInfo).unwrap_err().raw_os_error(), Some(libc::ENODEV));
        assert!(ask("a-name-that-is-too-long", Ethtool::DriverInfo).is_err());
    }
}
