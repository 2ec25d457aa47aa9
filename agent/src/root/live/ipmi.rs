//! IPMI requests that read.

use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{open, refused};
use crate::kernel;

/// A BMC that is asked over KCS answers in tens of milliseconds, a busy one in seconds.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The driver's own limit for a message.
const ANSWER_LIMIT_BYTES: usize = 272;

/// Numbers tell a late answer to an earlier request from the one that is waited for.
static NUMBER: AtomicI32 = AtomicI32::new(1);

pub(super) fn ask(device: &str, function: u8, command: u8, data: &[u8]) -> io::Result<Vec<u8>> {
    if !reads(function, command) {
        return Err(refused(format!("IPMI command {function:02x} {command:02x} is not one that only reads")));
    }
    let file = open(device)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed).into();
    kernel::ipmi_send(file.as_fd(), number, function, command, data)?;
    let ends = Instant::now() + TIMEOUT;
    loop {
        let left = Timespec::try_from(ends.saturating_duration_since(Instant::now()));
        let mut waiting = [PollFd::new(&file, PollFlags::IN)];
        match poll(&mut waiting, Some(&left.map_err(|_| io::ErrorKind::InvalidInput)?)) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        let mut answer = vec![0; ANSWER_LIMIT_BYTES];
        let (answered, length) = kernel::ipmi_receive(file.as_fd(), &mut answer)?;
        if answered == number {
            answer.truncate(length);
            return Ok(answer);
        }
    }
}

/// Whether the request is known to change nothing (IPMI 2.0, appendix G). Reserving a sensor repository is such: it only
/// makes a walk through it safe.
const fn reads(function: u8, command: u8) -> bool {
    match function {
        // Chassis: status, power-on hours.
        0x00 => matches!(command, 0x01 | 0x0f),
        // Sensors: device sensor records, thresholds, readings.
        0x04 => matches!(command, 0x20 | 0x21 | 0x22 | 0x27 | 0x2d | 0x2f),
        // Application: device id, device GUID, system GUID, channel and its access, watchdog.
        0x06 => matches!(command, 0x01 | 0x08 | 0x25 | 0x37 | 0x41 | 0x42),
        // Storage: field-replaceable units, sensor records, the event log.
        0x0a => matches!(command, 0x10 | 0x11 | 0x20 | 0x22 | 0x23 | 0x40 | 0x42 | 0x43 | 0x48),
        // Transport: LAN parameters.
        0x0c => matches!(command, 0x02),
        // Group extension DCMI: power reading.
        0x2c => matches!(command, 0x02),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_is_sent() {
        assert!(reads(0x06, 0x01) && reads(0x0c, 0x02) && reads(0x0a, 0x43));
        // Chassis control, cold reset, set LAN parameters, clear the event log, write a unit's data.
        for (function, command) in [(0x00, 0x02), (0x06, 0x02), (0x0c, 0x01), (0x0a, 0x47), (0x0a, 0x12)] {
            assert!(!reads(function, command), "{function:02x} {command:02x}");
            let error = ask("/dev/null", function, command, &[]).unwrap_err();
            assert!(error.to_string().ends_with("is not one that only reads"), "{error}");
        }
    }
}
