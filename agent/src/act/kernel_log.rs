//! The kernel's log, from `/dev/kmsg`: one record a read, until there is no more.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;

use rustix::io::Errno;

/// No record is longer (the kernel's `PRINTK_MESSAGE_MAX`, and its dictionary).
const RECORD_LIMIT_BYTES: usize = 8192;
/// Records that are looked at: the largest ring has fewer.
const RECORDS_LIMIT: usize = 1 << 17;

/// The newest records, up to so many bytes.
pub(super) fn tail(limit_bytes: usize) -> io::Result<String> {
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let mut device = OpenOptions::new().read(true).custom_flags(nonblock).open("/dev/kmsg")?;
    let mut records = VecDeque::new();
    let mut bytes = 0;
    let mut record = vec![0; RECORD_LIMIT_BYTES];
    for _ in 0..RECORDS_LIMIT {
        let line = match device.read(&mut record) {
            Ok(0) => break,
            Ok(length) => line(record.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            // Newer records wrote over the one that was next.
            Err(error) if Errno::from_io_error(&error) == Some(Errno::PIPE) => continue,
            Err(error) => return Err(error),
        };
        bytes += line.len();
        records.push_back(line);
        while bytes > limit_bytes {
            let Some(oldest) = records.pop_front() else { break };
            bytes -= oldest.len();
        }
    }
    Ok(records.into_iter().collect())
}

/// `6,339,5140900,-;eth0: link up` becomes `[    5.140900] <6> eth0: link up`.
fn line(record: &[u8]) -> String {
    let text = String::from_utf8_lossy(record);
    let first = text.lines().next().unwrap_or_default();
    let Some((head, message)) = first.split_once(';') else { return format!("{first}\n") };
    let mut fields = head.split(',');
    let priority: u32 = fields.next().and_then(|it| it.parse().ok()).unwrap_or(6);
    let micros: u64 = fields.nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    format!("[{:5}.{:06}] <{}> {message}\n", micros / 1_000_000, micros % 1_000_000, priority & 7)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_becomes_a_line_without_its_dictionary() {
        let record = b"30,339,5140900,-;eth0: link up\n SUBSYSTEM=net\n DEVICE=+pci:0000:00:19.0\n";
        assert_eq!(line(record), "[    5.140900] <6> eth0: link up\n");
        assert_eq!(line(b"no record"), "no record\n");
    }

    proptest! {
        #[test]
        fn any_record_is_one_line(record: Vec<u8>) {
            let line = line(&record);
            prop_assert!(line.ends_with('\n') && line.matches('\n').count() == 1);
        }
    }
}
