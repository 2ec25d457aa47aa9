//! An ATA drive: SMART, and the statistics that all makers count alike.

use decode::ata::{
    GENERAL_PAGE, General, Identity, SELF_TEST_LOG, SOLID_STATE_PAGE, Smart, last_self_test, used_percent,
};
use inventory::DriveHealth;

use super::attributes;
use crate::collect::drives::ask::{Ask, SmartRead};

pub(super) fn health(ask: &Ask<'_>, identity: Option<Box<Identity>>, known: DriveHealth) -> DriveHealth {
    // Where the kernel keeps no identity, the drive is asked.
    let identity = identity.map(|identity| *identity).or_else(|| ask.ata_identity()).unwrap_or_default();
    let known = DriveHealth { serial: known.serial.or_else(|| identity.serial.clone()), ..known };
    // A drive whose SMART is switched off aborts all of it: nothing is known. That the report says.
    if identity.smart_supported == Some(false) || identity.smart_enabled == Some(false) {
        return known;
    }
    let data = ask.smart(SmartRead::Data);
    let thresholds = data.as_ref().and_then(|_| ask.smart(SmartRead::Thresholds));
    let smart = data.and_then(|data| Smart::decode(&data, thresholds.as_deref())).unwrap_or_default();
    let passed = ask.smart_passed();
    let solid_state = identity.rotation_rpm == Some(0);
    let health = attributes::apply(&smart.attributes, solid_state, passed, known);
    let tests = ask.smart(SmartRead::Log(SELF_TEST_LOG));
    let self_test = tests.as_deref().and_then(last_self_test);
    let running =
        decode::self_test::SelfTest { outcome: decode::self_test::Outcome::Running, power_on_hours: None };
    let self_test = if smart.self_test_runs { Some(running) } else { self_test };
    let health = DriveHealth { self_test: self_test.map(super::self_test), ..health };
    if identity.has_logs { with_statistics(ask, &identity, solid_state, health) } else { health }
}

/// These count before the attributes, in which each maker has his own way.
fn with_statistics(
    ask: &Ask<'_>,
    identity: &Identity,
    solid_state: bool,
    health: DriveHealth,
) -> DriveHealth {
    let general = ask.ata_statistics(GENERAL_PAGE).as_deref().and_then(General::decode).unwrap_or_default();
    let wear = if solid_state { ask.ata_statistics(SOLID_STATE_PAGE) } else { None };
    let bytes = |sectors: Option<u64>| {
        sectors.map(|count| count.saturating_mul(identity.logical_sector_bytes.into()))
    };
    DriveHealth {
        power_on_hours: general.power_on_hours.or(health.power_on_hours),
        read_bytes: bytes(general.read_sectors),
        written_bytes: bytes(general.written_sectors),
        used_percent: wear.as_deref().and_then(used_percent).or(health.used_percent),
        ..health
    }
}
