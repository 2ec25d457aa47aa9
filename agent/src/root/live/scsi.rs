//! SCSI commands that read, and ATA commands in their envelope.

use std::io;
use std::os::fd::AsFd;

use super::{open, refused};
use crate::kernel;
use crate::root::ScsiAnswer;

/// What the kernel gives commands by default. When it is over the kernel resets the drive, or the bus with all that is on it:
/// a slow drive must not meet that because somebody asked how it does.
const TIMEOUT_MS: u32 = 60_000;
const LENGTH_LIMIT: u32 = 64 << 10;

pub(super) fn ask(device: &str, command: &[u8], length: u32) -> io::Result<Vec<u8>> {
    if !reads(command) || length > LENGTH_LIMIT {
        return Err(refused(format!("SCSI command {} is not one that only reads", hex::encode(command))));
    }
    let file = open(device)?;
    let mut data = vec![0; usize::try_from(length).unwrap_or(0)];
    let mut sense = [0; 64];
    let done = kernel::sg_io(file.as_fd(), command, &mut data, &mut sense, TIMEOUT_MS)?;
    if done.host_status != 0 {
        return Err(io::Error::other(format!("the host adapter failed with status {:#x}", done.host_status)));
    }
    data.truncate(done.data_length);
    let sense = sense.get(..done.sense_length).unwrap_or_default().to_vec();
    Ok(ScsiAnswer { status: done.status, sense, data }.to_bytes())
}

/// Whether the command is known to change nothing: neither the medium nor the drive's settings.
fn reads(command: &[u8]) -> bool {
    match (command, command.len()) {
        // TEST UNIT READY, REQUEST SENSE, INQUIRY, MODE SENSE (6).
        ([0x00 | 0x03 | 0x12 | 0x1a, ..], 6) => true,
        // READ CAPACITY (10), READ DEFECT DATA (10), LOG SENSE, MODE SENSE (10).
        ([0x25 | 0x37 | 0x4d | 0x5a, ..], 10) => true,
        // REPORT LUNS, READ DEFECT DATA (12).
        ([0xa0 | 0xb7, ..], 12) => true,
        // READ CAPACITY (16).
        ([0x9e, 0x10, ..], 16) => true,
        // ATA PASS-THROUGH (12) and (16): features and command stand at 3 and 9, or 4 and 14.
        ([0xa1, _, _, features, _, _, _, _, _, ata, ..], 12) => ata_reads(*ata, *features),
        ([0x85, _, _, _, features, _, _, _, _, _, _, _, _, _, ata, _], 16) => ata_reads(*ata, *features),
        _ => false,
    }
}

/// ACS-4: IDENTIFY DEVICE, CHECK POWER MODE, READ LOG EXT, and of SMART: read data, read thresholds, read log, status.
const fn ata_reads(command: u8, features: u8) -> bool {
    matches!((command, features), (0xec | 0xe5 | 0x2f, _) | (0xb0, 0xd0 | 0xd1 | 0xd5 | 0xda))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ata(features: u8, command: u8) -> Vec<u8> {
        let mut block = vec![0; 16];
        block[0] = 0x85;
        block[4] = features;
        block[14] = command;
        block
    }

    #[test]
    fn only_what_reads_is_sent() {
        for command in [vec![0x12, 1, 0x80, 0, 64, 0], ata(0xda, 0xb0), ata(0, 0xec), ata(0, 0xe5)] {
            assert!(reads(&command), "{command:02x?}");
        }
        // FORMAT UNIT, WRITE (10), START STOP UNIT, a cut one; SMART's enable and write log; STANDBY IMMEDIATE, SECURITY ERASE.
        let others = [vec![0x04; 6], vec![0x2a; 10], vec![0x1b; 6], vec![0x12], vec![]];
        let atas = [(0xd8, 0xb0), (0xd6, 0xb0), (0, 0xe0), (0, 0xf4), (0, 0x35)];
        for command in others.into_iter().chain(atas.map(|(features, command)| ata(features, command))) {
            assert!(!reads(&command), "{command:02x?}");
        }
    }

    #[test]
    fn what_may_write_is_refused_before_the_device_is_opened() {
        let error = ask("/dev/null", &[0x2a; 10], 0).unwrap_err();
        assert_eq!(error.to_string(), "SCSI command 2a2a2a2a2a2a2a2a2a2a is not one that only reads");
    }
}
