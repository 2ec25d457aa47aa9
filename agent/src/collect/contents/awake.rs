//! Whether a disk sleeps: it is asked in a way that does not wake it.

use crate::probe::Probe;
use crate::root::{Question, ScsiAnswer};

/// ATA PASS-THROUGH (16), no data, registers wanted back (SAT-5 12.2.3), with CHECK POWER MODE (ACS-4 7.3).
const CHECK_POWER_MODE: [u8; 16] = [0x85, 0x06, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe5, 0];
/// REQUEST SENSE (SPC-5 6.39), which a drive that sleeps answers as one that is awake.
const REQUEST_SENSE: [u8; 6] = [0x03, 0, 0, 0, 252, 0];
/// Descriptor-format sense data, and the descriptor with the registers.
const DESCRIPTOR_FORMAT: u8 = 0x72;
const ATA_DESCRIPTOR: u8 = 0x09;
/// Additional sense code: a low power condition is on.
const LOW_POWER: u8 = 0x5e;
/// … and its qualifiers, for standby by a timer or a command (Z, then Y).
const STANDBY: [u8; 4] = [0x43, 0x44, 0x45, 0x46];

/// Only of a disk that turns; where nothing can be learned it counts as awake, for one that is in use mostly is.
pub(super) fn sleeps(probe: &Probe, name: &str) -> bool {
    let at = format!("{}/{name}", super::BLOCK);
    if !name.starts_with("sd") || probe.flag(&format!("{at}/queue/rotational")) != Some(true) {
        return false;
    }
    // The kernel itself put it to sleep.
    if probe.text(&format!("{at}/device/power/runtime_status")).as_deref() == Some("suspended") {
        return true;
    }
    let ata = probe.text(&format!("{at}/device/vendor")).as_deref() == Some("ATA");
    let (command, length) = if ata { (CHECK_POWER_MODE.to_vec(), 0) } else { (REQUEST_SENSE.to_vec(), 252) };
    let question = Question::Scsi { device: format!("/dev/{name}"), command, length };
    // A refusal here is told by the read that follows.
    let Ok(answer) = probe.root().ask(&question) else { return false };
    let Some(answer) = ScsiAnswer::from_bytes(&answer) else { return false };
    if ata { ata_sleeps(&answer.sense) } else { scsi_sleeps(&answer.data) }.unwrap_or(false)
}

/// The sector count tells the mode: 0 and 1 are standby.
fn ata_sleeps(sense: &[u8]) -> Option<bool> {
    let is_told = *sense.first()? & 0x7f == DESCRIPTOR_FORMAT && *sense.get(8)? == ATA_DESCRIPTOR;
    let count = *sense.get(13)?;
    is_told.then_some(count <= 1)
}

fn scsi_sleeps(sense: &[u8]) -> Option<bool> {
    let (code, qualifier) = match *sense.first()? & 0x7f {
        0x70 => (*sense.get(12)?, *sense.get(13)?),
        DESCRIPTOR_FORMAT => (*sense.get(2)?, *sense.get(3)?),
        _ => return None,
    };
    Some(code == LOW_POWER && STANDBY.contains(&qualifier))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn registers(count: u8) -> Vec<u8> {
        let mut sense = vec![0x72, 0x01, 0x00, 0x1d, 0, 0, 0, 14, 0x09, 12];
        sense.extend([0, 0, 0, count, 0, 0, 0, 0, 0, 0, 0x40, 0x50]);
        sense
    }

    #[test]
    fn an_ata_disk_tells_its_mode_by_the_sector_count() {
        for (count, sleeps) in [(0x00, true), (0x01, true), (0x80, false), (0x83, false), (0xff, false)] {
            assert_eq!(ata_sleeps(&registers(count)), Some(sleeps), "{count}");
        }
        assert_eq!(ata_sleeps(&[0x70; 18]), None);
    }

    #[test]
    fn a_scsi_disk_tells_it_by_the_sense_code() {
        let fixed = |code, qualifier| {
            let mut sense = [0; 18];
            (sense[0], sense[12], sense[13]) = (0x70, code, qualifier);
            scsi_sleeps(&sense)
        };
        assert_eq!(fixed(0x5e, 0x43), Some(true));
        // Idle: its heads are parked, and it answers.
        assert_eq!((fixed(0x5e, 0x01), fixed(0, 0)), (Some(false), Some(false)));
        assert_eq!(scsi_sleeps(&[0x72, 0, 0x5e, 0x44]), Some(true));
    }

    proptest! {
        #[test]
        fn any_sense_is_survived(sense: Vec<u8>, cut in 0..22_usize) {
            let whole = registers(0);
            for sense in [&sense[..], whole.get(..cut).unwrap_or(&whole)] {
                let _ = (ata_sleeps(sense), scsi_sleeps(sense));
            }
        }
    }
}
