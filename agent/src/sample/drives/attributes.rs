//! SMART attributes: the few whose numbers mean the same to all makers, and those that fail.

use decode::ata::Attribute;
use inventory::{DriveAttribute, DriveHealth, DriveVerdict};

/// Names for people, of ids that all makers use alike.
const NAMES: [(u8, &str); 20] = [
    (1, "read error rate"),
    (3, "spin-up time"),
    (4, "start/stop count"),
    (5, "reallocated sectors"),
    (7, "seek error rate"),
    (9, "power-on hours"),
    (10, "spin retries"),
    (12, "power cycles"),
    (184, "end-to-end errors"),
    (187, "reported uncorrectable errors"),
    (188, "command timeouts"),
    (189, "high-fly writes"),
    (190, "airflow temperature"),
    (192, "emergency retracts"),
    (193, "load cycles"),
    (194, "temperature"),
    (196, "reallocation events"),
    (197, "pending sectors"),
    (198, "offline uncorrectable sectors"),
    (199, "interface CRC errors"),
];
/// Where makers of solid-state drives tell how much life is left, normalised from 100 down. The order matters: some use
/// the numbers of the later ones for something else.
const LIFE_LEFT: [u8; 4] = [231, 177, 233, 202];
/// Of a solid-state drive: the power went without a word before.
const UNSAFE_SHUTDOWNS: u8 = 174;

/// Fills in what the attributes tell. `passed` is the drive's own verdict.
pub(super) fn apply(
    attributes: &[Attribute],
    solid_state: bool,
    passed: Option<bool>,
    known: DriveHealth,
) -> DriveHealth {
    let find = |id: u8| attributes.iter().find(|attribute| attribute.id == id);
    let raw = |id| find(id).map(|attribute| attribute.raw);
    let low = |id| find(id).map(Attribute::low_word);
    let left = LIFE_LEFT.iter().find_map(|id| find(*id)).map(|attribute| attribute.value);
    let failing: Vec<DriveAttribute> =
        attributes.iter().filter(|one| one.fails_now()).filter_map(told).collect();
    let failed = attributes.iter().filter(|one| one.ever_failed() && !one.fails_now());
    let foretold = failing.iter().find(|one| one.prefailure);
    let (verdict, reason) = match (passed, foretold) {
        (_, Some(attribute)) => (DriveVerdict::Failing, Some(said(attribute))),
        (Some(false), None) => (DriveVerdict::Failing, failing.first().map(said)),
        (Some(true), None) => (DriveVerdict::Passed, None),
        // It did not answer that; but it did give its attributes with their thresholds, and none is below.
        (None, None) if attributes.iter().any(|one| one.prefailure && one.threshold.is_some()) => {
            (DriveVerdict::Passed, None)
        }
        (None, None) => (DriveVerdict::Unknown, None),
    };
    DriveHealth {
        verdict,
        reason: reason.or(known.reason),
        temp_celsius: [194, 190].iter().find_map(|id| find(*id)?.celsius()).or(known.temp_celsius),
        used_percent: left
            .filter(|left| solid_state && *left <= 100)
            .map(|left| 100 - left)
            .or(known.used_percent),
        reallocated_sectors: low(5),
        pending_sectors: raw(197),
        offline_uncorrectable: raw(198),
        reported_uncorrectable: raw(187),
        command_timeouts: low(188),
        crc_errors: raw(199),
        power_on_hours: find(9).map(Attribute::hours),
        power_cycles: find(12).map(|attribute| attribute.raw & 0xffff_ffff),
        unsafe_shutdowns: raw(UNSAFE_SHUTDOWNS).filter(|_| solid_state).map(|raw| raw & 0xffff_ffff),
        failing_attributes: failing,
        failed_attributes: failed.filter_map(told).collect(),
        ..known
    }
}

fn told(attribute: &Attribute) -> Option<DriveAttribute> {
    let Attribute { id, prefailure, value, worst, threshold, raw: _ } = *attribute;
    let name = NAMES.iter().find(|(known, _)| *known == id).map(|(_, name)| (*name).to_owned());
    Some(DriveAttribute { id, name, prefailure, value, worst, threshold: threshold? })
}

fn said(attribute: &DriveAttribute) -> String {
    let DriveAttribute { id, name, value, threshold, .. } = attribute;
    let name = name.as_deref().unwrap_or("SMART attribute");
    format!("{name} ({id}): {value}, threshold {threshold}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u8, value: u8, threshold: u8, raw: u64) -> Attribute {
        Attribute { id, value, worst: value, threshold: Some(threshold), raw, prefailure: true }
    }

    fn applied(attributes: &[Attribute], solid_state: bool, passed: Option<bool>) -> DriveHealth {
        apply(attributes, solid_state, passed, DriveHealth::default())
    }

    #[test]
    fn packed_numbers_are_unpacked() {
        let health = applied(
            &[
                attribute(5, 100, 10, 0x0001_0000_0002),
                attribute(9, 97, 0, 167_031_278_144_165),
                attribute(188, 100, 0, 17_180_131_332),
                attribute(194, 29, 0, 77_309_411_357),
                attribute(197, 100, 0, 8),
            ],
            false,
            Some(true),
        );
        assert_eq!((health.reallocated_sectors, health.command_timeouts), (Some(2), Some(4)));
        assert_eq!((health.power_on_hours, health.temp_celsius), (Some(2_725), Some(29)));
        assert_eq!((health.pending_sectors, health.verdict), (Some(8), DriveVerdict::Passed));
    }

    #[test]
    fn a_prefailure_attribute_below_its_threshold_is_a_failing_drive_whatever_it_says_itself() {
        for passed in [None, Some(true), Some(false)] {
            let health = applied(&[attribute(5, 5, 36, 4000)], false, passed);
            assert_eq!(health.verdict, DriveVerdict::Failing);
            assert_eq!(health.reason.as_deref(), Some("reallocated sectors (5): 5, threshold 36"));
            assert_eq!(health.failing_attributes[0].id, 5);
        }
        let aged = Attribute { prefailure: false, ..attribute(190, 40, 45, 60) };
        let health = applied(&[aged], false, Some(true));
        assert_eq!((health.verdict, health.failing_attributes.len()), (DriveVerdict::Passed, 1));
    }

    #[test]
    fn who_failed_once_is_remembered() {
        let cooled = Attribute { prefailure: false, worst: 40, ..attribute(190, 70, 45, 30) };
        let health = applied(&[cooled], false, Some(true));
        assert!(health.failing_attributes.is_empty());
        assert_eq!(health.failed_attributes[0].name.as_deref(), Some("airflow temperature"));
    }

    #[test]
    fn without_a_verdict_the_thresholds_decide_if_there_are_any() {
        assert_eq!(applied(&[attribute(5, 100, 36, 0)], false, None).verdict, DriveVerdict::Passed);
        let blind = Attribute { threshold: None, ..attribute(5, 1, 0, 0) };
        assert_eq!(applied(&[blind], false, None).verdict, DriveVerdict::Unknown);
        assert_eq!(applied(&[], false, None).verdict, DriveVerdict::Unknown);
    }

    #[test]
    fn wear_is_told_of_solid_state_only_and_by_the_number_that_means_it() {
        // Samsung's 202 is no life, and Kingston's 233 neither.
        let samsung = [attribute(177, 91, 5, 1661), attribute(202, 100, 10, 0)];
        assert_eq!(applied(&samsung, true, None).used_percent, Some(9));
        let kingston = [attribute(231, 98, 0, 98), attribute(233, 100, 0, 979)];
        assert_eq!(applied(&kingston, true, None).used_percent, Some(2));
        assert_eq!(applied(&[attribute(202, 100, 0, 0)], false, None).used_percent, None);
        assert_eq!(applied(&[attribute(231, 200, 0, 0)], true, None).used_percent, None);
    }
}
