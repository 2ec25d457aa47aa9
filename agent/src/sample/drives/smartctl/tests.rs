use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use inventory::DriveWarning;

use super::*;

/// What `smartctl` said of other people's drives; `None` where the fixtures are not there.
fn captures() -> Option<BTreeMap<String, Vec<u8>>> {
    let promised = std::env::var_os("MUSTER_FIXTURES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures");
    let root = promised.clone().unwrap_or(beside);
    let mut captures = BTreeMap::new();
    for folder in ["smartctl_exporter", "scrutiny"] {
        let Ok(entries) = root.join(folder).read_dir() else {
            assert!(promised.is_none(), "MUSTER_FIXTURES is set, and there is no {folder} in it");
            eprintln!("not tested: {} is not there; set MUSTER_FIXTURES", root.join(folder).display());
            return None;
        };
        for path in entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|it| it == "json"))
        {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            captures.insert(name, std::fs::read(path).unwrap());
        }
    }
    Some(captures)
}

fn told(json: &[u8]) -> DriveHealth {
    of(&Told::of(json), DriveHealth::default())
}

#[test]
fn all_captures_are_read_and_their_verdicts_are_right() {
    let Some(captures) = captures() else { return };
    println!("{} captures of smartctl are read", captures.len());
    assert!(captures.len() >= 46, "{}", captures.len());
    // A device that can't be opened; a RAID volume; one without a verdict; identities and scans.
    let unknown = [
        "smart-fail.json",
        "smart-raid.json",
        "smartctl_info_nvme.json",
        "smartctl_info_sata_smart_support_bool.json",
        "smartctl_scan_megaraid.json",
        "smartctl_scan_nvme.json",
    ];
    for (name, json) in &captures {
        let health = told(json);
        let expected =
            if unknown.contains(&name.as_str()) { DriveVerdict::Unknown } else { DriveVerdict::Passed };
        assert_eq!(health.verdict, expected, "{name}: {health:?}");
        assert!(health.failing_attributes.is_empty(), "{name}");
        assert!(
            health.temp_celsius.is_none_or(|celsius| (5..80).contains(&celsius)),
            "{name}: {:?}",
            health.temp_celsius
        );
        assert!(
            health.power_on_hours.is_none_or(|hours| hours < 200_000),
            "{name}: {:?}",
            health.power_on_hours
        );
        assert!(health.used_percent.is_none_or(|used| used < 60), "{name}: {:?}", health.used_percent);
    }
}

#[test]
fn what_drives_of_each_kind_count_is_told() {
    let Some(captures) = captures() else { return };
    let health = |name: &str| told(&captures[name]);
    // It calls itself well, with media errors.
    let nvme = health("smart-nvme-failed.json");
    assert_eq!(
        (nvme.media_errors, nvme.unsafe_shutdowns, nvme.error_log_entries),
        (Some(7), Some(10), Some(62))
    );
    assert_eq!(
        (nvme.spare_percent, nvme.used_percent, &nvme.sensors_celsius[..]),
        (Some(99), Some(3), &[35, 39][..])
    );
    assert_eq!(nvme.written_bytes, Some(65_602_088 * 512_000));

    let sas = health("smart-scsi.json");
    assert_eq!((sas.grown_defects, sas.uncorrected_read_errors), (Some(56), Some(0)));
    assert_eq!((sas.read_bytes, sas.power_on_hours), (Some(176_987_332_000_000), Some(43_549)));
    let sas = health("HITACHI_H109060SESUN600G_10.json");
    assert_eq!((sas.power_cycles, sas.temp_celsius), (Some(70), Some(26)));
    assert_eq!(sas.wwn.as_deref(), Some("naa.1234567890abcdef"));

    let ata = health("sat-Seagate_Constellation_ES.3-ST3000NM0033-9ZM178-sdc.json");
    assert_eq!((ata.command_timeouts, ata.temp_celsius), (Some(4), Some(22)));
    assert!(ata.reallocated_sectors.is_some() && ata.pending_sectors.is_some() && ata.crc_errors.is_some());
    let tested = health("smart-ata-full.json").self_test.unwrap();
    assert_eq!((tested.outcome, tested.power_on_hours), (SelfTestOutcome::Passed, Some(14_417)));
}

#[test]
fn only_what_reached_a_drive_is_a_drive() {
    let Some(captures) = captures() else { return };
    let none = ["smart-fail.json", "smartctl_scan_megaraid.json", "smartctl_scan_nvme.json"];
    for (name, json) in &captures {
        assert_eq!(Told::of(json).knows_a_drive(), !none.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn a_failing_nvme_drive_is_one_and_a_hot_one_is_not() {
    let json = |warning: u8, passed: bool| {
        format!(
            r#"{{"smartctl":{{"exit_status":{}}},"model_name":"M","smart_status":{{"passed":{passed}}},
                "nvme_smart_health_information_log":{{"critical_warning":{warning},"percentage_used":255}}}}"#,
            if passed { 0 } else { 8 }
        )
    };
    let failing = told(json(0b100, false).as_bytes());
    assert_eq!((failing.verdict, failing.used_percent), (DriveVerdict::Failing, Some(255)));
    assert_eq!(failing.warnings, [DriveWarning::ReliabilityDegraded]);
    let hot = told(json(0b10, false).as_bytes());
    assert_eq!((hot.verdict, &hot.warnings[..]), (DriveVerdict::Passed, &[DriveWarning::Temperature][..]));
}

#[test]
fn a_fraction_of_gigabytes_becomes_bytes() {
    let bytes = |text: &str| {
        processed_bytes(&ErrorCounter {
            gigabytes_processed: Some(text.to_owned()),
            ..ErrorCounter::default()
        })
    };
    assert_eq!(bytes("1.525"), Some(1_525_000_000));
    for junk in ["", "1", "1.5", "-1.000", "1.0e5", "99999999999999999999.000"] {
        assert_eq!(bytes(junk), None, "{junk}");
    }
}
