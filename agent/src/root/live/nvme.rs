//! NVMe admin commands that read.

use std::io;
use std::os::fd::AsFd;

use super::{open, refused};
use crate::kernel;
use crate::root::NvmeCommand;

/// NVM Express base specification 2.0, figure 21.
const GET_LOG_PAGE: u8 = 0x02;
const IDENTIFY: u8 = 0x06;
const IDENTIFY_BYTES: usize = 4096;
const WHOLE_CONTROLLER: u32 = 0xffff_ffff;
const LOG_LIMIT_BYTES: u32 = 64 << 10;
/// The kernel's own. When it is over the kernel resets the controller: nothing is to be gained by haste.
const TIMEOUT_MS: u32 = 0;

pub(super) fn ask(device: &str, command: NvmeCommand) -> io::Result<Vec<u8>> {
    let (opcode, namespace, word_10, length) = match command {
        NvmeCommand::Identify { structure, namespace } => {
            (IDENTIFY, namespace, u32::from(structure), IDENTIFY_BYTES)
        }
        NvmeCommand::LogPage { page, length } => {
            if length == 0 || length % 4 != 0 || length > LOG_LIMIT_BYTES {
                return Err(refused(format!("a log page of {length} bytes")));
            }
            // The number of 32-bit words, less one, in the upper half.
            let words = length / 4 - 1;
            let word_10 = u32::from(page) | (words << 16);
            (GET_LOG_PAGE, WHOLE_CONTROLLER, word_10, usize::try_from(length).unwrap_or(0))
        }
    };
    let file = open(device)?;
    let mut data = vec![0; length];
    let words = [word_10, 0, 0, 0, 0, 0];
    match kernel::nvme_admin(file.as_fd(), opcode, namespace, words, &mut data, TIMEOUT_MS)? {
        0 => Ok(data),
        // Invalid field or log page: this controller has no such thing.
        status if matches!(status & 0x7ff, 0x002 | 0x109) => Err(io::ErrorKind::Unsupported.into()),
        status => Err(io::Error::other(format!("the controller refused it with status {status:#06x}"))),
    }
}
