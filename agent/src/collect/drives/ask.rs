//! Asks one drive. What it does not have is silent; what it fails at is warned of, under its node.

use decode::ata::{Identity, PowerMode, Registers, SECTOR_BYTES, STATISTICS_LOG};
use decode::scsi::{Power, Sense, defects};

use crate::probe::Probe;
use crate::root::{NvmeCommand, Question, ScsiAnswer};

const GOOD: u8 = 0;
const CHECK_CONDITION: u8 = 2;
const NOT_READY: u8 = 2;
const RECOVERED: u8 = 1;
/// Enough for every log page that is read here.
const LOG_PAGE_BYTES: u16 = 1024;
const SENSE_BYTES: u8 = 252;

/// ATA PASS-THROUGH (16) (SAT-5 12.2.2): the command, and how its protocol is told.
const PASS_THROUGH: u8 = 0x85;
const NO_DATA: u8 = 3 << 1;
const DATA_IN: u8 = 4 << 1;
const EXTENDED: u8 = 1;
/// The registers are wanted after the command (`CK_COND`).
const WITH_REGISTERS: u8 = 1 << 5;
/// From the device, in blocks, as many as the count says.
const BLOCKS_IN: u8 = 0x0e;

/// ATA commands (ACS-4; ATA8-ACS for SMART).
const IDENTIFY_DEVICE: u8 = 0xec;
const CHECK_POWER_MODE: u8 = 0xe5;
const READ_LOG_EXT: u8 = 0x2f;
const SMART: u8 = 0xb0;
/// In the error register: the drive does not know the command, or not now.
const ABORTED: u8 = 1 << 2;
/// What SMART commands must have in the address.
const SMART_ADDRESS: [u8; 2] = [0x4f, 0xc2];

fn was_aborted(sense: &[u8]) -> bool {
    Registers::from_sense(sense).is_some_and(|registers| registers.error & ABORTED != 0)
}

/// A SMART command, as its features say.
#[derive(Clone, Copy)]
pub(crate) enum SmartRead {
    Data,
    Thresholds,
    Log(u8),
}

/// A drive that is asked.
pub(crate) struct Ask<'a> {
    probe: &'a Probe,
    node: String,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(probe: &'a Probe, node: String) -> Self {
        Self { probe, node }
    }

    /// Identify Controller.
    pub(crate) fn nvme_controller(&self) -> Option<decode::nvme::Controller> {
        let command = NvmeCommand::Identify { structure: decode::nvme::IDENTIFY_CONTROLLER, namespace: 0 };
        decode::nvme::Controller::decode(&self.nvme(command)?)
    }

    pub(crate) fn nvme_log(&self, page: u8, length: u32) -> Option<Vec<u8>> {
        self.nvme(NvmeCommand::LogPage { page, length })
    }

    fn nvme(&self, command: NvmeCommand) -> Option<Vec<u8>> {
        self.probe.ask(&self.node, &Question::Nvme { device: self.node.clone(), command })
    }

    /// Whether the drive sleeps; never wakes it.
    pub(crate) fn ata_power(&self) -> Option<PowerMode> {
        self.ata_registers(0, CHECK_POWER_MODE, [0, 0])?.power_mode()
    }

    pub(crate) fn ata_identity(&self) -> Option<Identity> {
        Identity::decode(&self.ata_data(DATA_IN, 0, [0; 3], IDENTIFY_DEVICE)?)
    }

    pub(crate) fn smart(&self, read: SmartRead) -> Option<Vec<u8>> {
        let (features, log) = match read {
            SmartRead::Data => (0xd0, 0),
            SmartRead::Thresholds => (0xd1, 0),
            SmartRead::Log(log) => (0xd5, log),
        };
        let [middle, high] = SMART_ADDRESS;
        self.ata_data(DATA_IN, features, [log, middle, high], SMART)
    }

    /// SMART RETURN STATUS: the drive's own verdict.
    pub(crate) fn smart_passed(&self) -> Option<bool> {
        self.ata_registers(0xda, SMART, SMART_ADDRESS)?.smart_passed()
    }

    /// One page of device statistics.
    pub(crate) fn ata_statistics(&self, page: u8) -> Option<Vec<u8>> {
        self.ata_data(DATA_IN | EXTENDED, 0, [STATISTICS_LOG, page, 0], READ_LOG_EXT)
    }

    fn ata_data(
        &self,
        protocol: u8,
        features: u8,
        [low, middle, high]: [u8; 3],
        command: u8,
    ) -> Option<Vec<u8>> {
        let block =
            [PASS_THROUGH, protocol, BLOCKS_IN, 0, features, 0, 1, 0, low, 0, middle, 0, high, 0, command, 0];
        self.data(&block, SECTOR_BYTES)
    }

    fn ata_registers(&self, features: u8, command: u8, [middle, high]: [u8; 2]) -> Option<Registers> {
        let block = [
            PASS_THROUGH,
            NO_DATA,
            WITH_REGISTERS,
            0,
            features,
            0,
            0,
            0,
            0,
            0,
            middle,
            0,
            high,
            0,
            command,
            0,
        ];
        let answer = self.scsi(&block, 0)?;
        let registers = Registers::from_sense(&answer.sense);
        if registers.is_none() {
            self.judge(&answer, command);
        }
        registers
    }

    /// What the drive's sense data say of its power; neither command wakes it.
    pub(crate) fn scsi_power(&self) -> Option<Power> {
        let said = self.scsi(&[0x03, 0, 0, 0, SENSE_BYTES, 0], SENSE_BYTES.into())?;
        let power = Sense::decode(&said.data).and_then(|sense| sense.power());
        // An old drive tells of its being stopped only when it is asked whether it is ready.
        power.or_else(|| {
            let ready = self.scsi(&[0x00; 6], 0).filter(|answer| answer.status == CHECK_CONDITION)?;
            Sense::decode(&ready.sense)?.power()
        })
    }

    pub(crate) fn log_sense(&self, page: u8) -> Option<Vec<u8>> {
        let [high, low] = LOG_PAGE_BYTES.to_be_bytes();
        // The cumulative values, which a drive counts from its beginning.
        self.data(&[0x4d, 0, 0x40 | page, 0, 0, 0, 0, high, low, 0], LOG_PAGE_BYTES.into())
    }

    /// How many blocks the drive set aside in its life. In physical sectors, which the longer command may give where the
    /// shorter one's format has no room for the drive's blocks.
    pub(crate) fn grown_defects(&self) -> Option<u64> {
        let [.., length_12] = defects::HEAD_12_BYTES.to_be_bytes();
        let [.., length_10] = defects::HEAD_10_BYTES.to_be_bytes();
        let long = [0xb7, 0x08 | 5, 0, 0, 0, 0, 0, 0, 0, length_12, 0, 0];
        let short = [0x37, 0, 0x08, 0, 0, 0, 0, 0, length_10, 0];
        let head = self.data(&long, defects::HEAD_12_BYTES);
        head.as_deref().and_then(defects::grown_12).or_else(|| {
            let head = self.data(&short, defects::HEAD_10_BYTES)?;
            defects::grown_10(&head)
        })
    }

    /// The data, where the command ended well.
    fn data(&self, block: &[u8], length: u32) -> Option<Vec<u8>> {
        let answer = self.scsi(block, length)?;
        let command = match block {
            [PASS_THROUGH, .., ata, _] => *ata,
            [scsi, ..] => *scsi,
            [] => 0,
        };
        (self.judge(&answer, command) && !answer.data.is_empty()).then_some(answer.data)
    }

    /// Whether the data count. A drive's failure is warned of; that it does not know a command is not.
    fn judge(&self, answer: &ScsiAnswer, command: u8) -> bool {
        if answer.status == GOOD {
            return true;
        }
        let failed = |how: &str| self.probe.warn(&self.node, format!("command {command:02x} failed: {how}"));
        if answer.status != CHECK_CONDITION {
            failed(&format!("status {:02x}", answer.status));
            return false;
        }
        match Sense::decode(&answer.sense) {
            Some(sense) if sense.key == RECOVERED => return true,
            // An ATA drive aborts what it does not know, and its registers say so.
            Some(sense) if sense.is_unsupported() || sense.key == NOT_READY || was_aborted(&answer.sense) => {
            }
            Some(sense) => failed(&sense.to_string()),
            None => failed("no sense data"),
        }
        false
    }

    fn scsi(&self, block: &[u8], length: u32) -> Option<ScsiAnswer> {
        let question = Question::Scsi { device: self.node.clone(), command: block.to_vec(), length };
        let bytes = self.probe.ask(&self.node, &question)?;
        let answer = ScsiAnswer::from_bytes(&bytes);
        if answer.is_none() {
            self.probe.warn(&self.node, "an answer that makes no sense");
        }
        answer
    }
}
