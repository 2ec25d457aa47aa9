use decode::nvme::{HEALTH_BYTES, HEALTH_PAGE};
use inventory::{DriveVerdict, DriveWarning};
use rustix::io::Errno;

use super::*;
use crate::root::{NvmeCommand, Question, ScsiAnswer, SmartctlAnswer, SmartctlCommand};
use crate::tree::Builder;

const POWER_MODE: &str = "85060" ; // completed below

fn block(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

fn question(device: &str, command: &str, length: u32) -> Question {
    Question::Scsi { device: device.to_owned(), command: block(command), length }
}

fn good(data: &[u8]) -> Vec<u8> {
    ScsiAnswer { status: 0, sense: Vec::new(), data: data.to_vec() }.to_bytes()
}
