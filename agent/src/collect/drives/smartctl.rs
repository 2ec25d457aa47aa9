//! What `smartctl` says in JSON, as far as it is wanted here; and how it is asked.

mod describe;
mod json;

pub(crate) use json::*;

use crate::probe::Probe;
use crate::root::{Question, SmartctlAnswer, SmartctlCommand};

/// Bits of the exit status. That a command failed (4) or that an error log has entries (64) is common on drives that are
/// well.
const NOT_UNDERSTOOD: i32 = 1;
const NOT_OPENED: i32 = 2;
const FAILING: i32 = 8;

/// A drive that `smartctl` found.
pub(crate) struct Found {
    pub(crate) device: String,
    pub(crate) way: String,
}

/// What `smartctl` told of a drive.
#[derive(Debug, Default)]
pub(crate) struct Told {
    exit_status: i32,
    pub(crate) said: Said,
}

/// The drives that it finds; `None` where it is not installed.
pub(crate) fn scan(probe: &Probe) -> Option<Vec<Found>> {
    let answer = ask(probe, SmartctlCommand::Scan)?;
    let found: Scan = parse(probe, &answer)?;
    Some(found.devices.into_iter().map(|found| Found { device: found.name, way: found.kind }).collect())
}

/// What it tells of one drive, which it does not wake; `None` where it is not installed, or made no sense.
pub(crate) fn examine(probe: &Probe, device: &str, way: Option<&str>) -> Option<Told> {
    let command = SmartctlCommand::Examine { device: device.to_owned(), way: way.map(str::to_owned) };
    let answer = ask(probe, command)?;
    let said = parse(probe, &answer)?;
    Some(Told { exit_status: answer.exit_status, said })
}

/// Whether there is a drive on this way.
pub(crate) fn exists(probe: &Probe, device: &str, way: &str) -> bool {
    examine(probe, device, Some(way)).is_some_and(|told| told.is_asleep() || told.knows_a_drive())
}

fn ask(probe: &Probe, command: SmartctlCommand) -> Option<SmartctlAnswer> {
    SmartctlAnswer::from_bytes(&probe.ask("smartctl", &Question::Smartctl(command))?)
}

fn parse<T: serde::de::DeserializeOwned>(probe: &Probe, answer: &SmartctlAnswer) -> Option<T> {
    let parsed = serde_json::from_slice(&answer.json);
    parsed.map_err(|error| probe.warn("smartctl", format!("its answer makes no sense: {error}"))).ok()
}

impl Told {
    /// It reached a drive, which said who it is or how it does.
    pub(crate) fn knows_a_drive(&self) -> bool {
        let said = &self.said;
        let names =
            said.model_name.is_some() || said.serial_number.is_some() || said.scsi_model_name.is_some();
        self.exit_status & NOT_UNDERSTOOD == 0
            && (names || said.smart_status.is_some() || said.has_attributes())
    }

    /// The drive sleeps, and was left alone. There is no field for this before 7.3, and no exit status of its own.
    pub(crate) fn is_asleep(&self) -> bool {
        let said = |message: &Message| {
            let words = message.string.as_str();
            words.contains("in STANDBY") || words.contains("in SLEEP")
        };
        !self.knows_a_drive() && self.said.smartctl.messages.iter().any(said)
    }

    /// Why nothing is known, in the tool's own words.
    pub(crate) fn complaint(&self) -> Option<&str> {
        let failed = self.exit_status & (NOT_UNDERSTOOD | NOT_OPENED) != 0;
        let message = self.said.smartctl.messages.iter().find(|message| message.severity == "error")?;
        failed.then_some(message.string.as_str())
    }

    /// The drive's verdict; `None` when it gave none.
    pub(crate) fn passed(&self) -> Option<bool> {
        if self.exit_status & FAILING != 0 {
            return Some(false);
        }
        self.said.smart_status.as_ref().and_then(|status| status.passed)
    }
}

#[cfg(test)]
impl Told {
    /// As if `smartctl` had said so, and ended as it says itself.
    pub(crate) fn of(json: &[u8]) -> Self {
        let said: Said = serde_json::from_slice(json).unwrap();
        Self { exit_status: said.smartctl.exit_status.unwrap_or_default(), said }
    }
}

#[cfg(test)]
mod tests;
