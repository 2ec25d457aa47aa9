//! The light of a network card: the kernel lets it blink, and answers when the time is over (`ETHTOOL_PHYS_ID`).

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use crate::kernel;

const PHYS_ID: u32 = 0x1c;

pub(super) fn blink(interface: &str, time: Duration) -> io::Result<()> {
    // Zero would mean: until somebody stops it.
    let secs = u32::try_from(time.as_secs()).unwrap_or(u32::MAX).max(1);
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    let mut request = [PHYS_ID.to_ne_bytes(), secs.to_ne_bytes()].concat();
    kernel::ethtool(socket.as_fd(), interface, &mut request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_is_not_there_or_has_no_light_is_an_error() {
        for name in ["nosuchcard0", "lo", "", "a-name-that-no-card-can-have", "../x", "a\0b"] {
            assert!(blink(name, Duration::from_secs(1)).is_err(), "{name:?}");
        }
    }
}
