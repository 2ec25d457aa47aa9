//! Folders of the installer, good and bad.

use gateway::wish::{DomainName, Label};
use inventory::Timestamp;
use okd::cluster::{Checked, Folder, GOOD_FOR, check, in_time};
use okd::{OkdError, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::installer::{Installer, Written};

/// 2026-11-21 10:40 UTC.
pub(crate) const MADE: Timestamp = Timestamp(1_795_257_600_000);
const HOUR: i64 = 3_600_000;

pub(crate) fn folder(written: &Written) -> Folder {
    let [bootstrap, control_plane, worker, metadata] =
        written.files().map(|(_, text)| text.as_bytes().to_vec());
    Folder {
        bootstrap: bootstrap.into(),
        control_plane: control_plane.into(),
        worker: worker.into(),
        metadata,
    }
}

fn at(written: &Written, now: Timestamp) -> Result<Checked, OkdError> {
    let (name, domain): (Label, DomainName) = ("okd1".parse().unwrap(), "example.lan".parse().unwrap());
    check(&folder(written), &name, &domain, now)
}

fn refused(written: &Written) -> String {
    at(written, MADE).unwrap_err().to_string()
}

/// The same config with something changed in it.
fn changed(config: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut config: Value = serde_json::from_str(config).unwrap();
    change(&mut config);
    config.to_string()
}

#[test]
fn what_the_installer_writes_is_taken_in_every_edition() {
    for spec in ["3.0.0", "3.1.0", "3.2.0", "3.3.0", "3.4.0", "3.5.0", "3.6.0"] {
        let installer = Installer { spec: spec.to_owned(), ..Installer::new("okd1", MADE.0) };
        let written = installer.run();
        let checked = at(&written, MADE).unwrap();
        assert_eq!((checked.spec.as_str(), checked.infra_id.as_str()), (spec, "okd1-x7k2p"));
        let known: Vec<_> = checked.configs.iter().map(|it| (it.role, it.size_bytes)).collect();
        let bytes = |text: &str| text.len() as u64;
        assert_eq!(
            known,
            [
                (Role::Bootstrap, bytes(&written.bootstrap)),
                (Role::ControlPlane, bytes(&written.master)),
                (Role::Worker, bytes(&written.worker)),
            ]
        );
    }
}

#[test]
fn the_dates_are_those_of_the_certificates_wherever_they_stand() {
    let checked = at(&Installer::new("okd1", MADE.0).run(), MADE).unwrap();
    let day = Timestamp(MADE.0 + 24 * HOUR);
    let years = Timestamp(MADE.0 + 3650 * 24 * HOUR);
    let times: Vec<_> = checked.configs.iter().map(|it| (it.validity.from, it.validity.until)).collect();
    assert_eq!(times, [(MADE, day), (MADE, day), (MADE, years)]);

    // Only within a kubeconfig, or in a block of YAML, there is one that is for a day: it is found.
    let written = Installer::new("okd1", MADE.0).run();
    for kept in ["/opt/openshift/auth/kubeconfig-kubelet", "/opt/openshift/manifests/aggregator.yaml"] {
        let bootstrap = changed(&written.bootstrap, |config| {
            let files = config["storage"]["files"].as_array_mut().unwrap();
            files.retain(|file| {
                let path = file["path"].as_str().unwrap();
                path == kept || path.contains("root-ca") || path.contains("machine-config-server")
            });
        });
        let checked = at(&Written { bootstrap, ..written.clone() }, MADE).unwrap();
        let late = in_time(Role::Bootstrap, &checked.configs[0].validity, MADE.plus(GOOD_FOR));
        assert!(late.unwrap_err().contains("good for 12 hours"), "{kept}");
    }
}

#[test]
fn a_packed_content_is_read_as_one_that_is_not() {
    use base64::Engine as _;
    use std::io::Write as _;
    let written = Installer::new("okd1", MADE.0).run();
    let bootstrap = changed(&written.bootstrap, |config| {
        for file in config["storage"]["files"].as_array_mut().unwrap() {
            let source = file["contents"]["source"].as_str().unwrap().rsplit(',').next().unwrap().to_owned();
            let plain = base64::engine::general_purpose::STANDARD.decode(source).unwrap();
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            packer.write_all(&plain).unwrap();
            let packed = base64::engine::general_purpose::STANDARD.encode(packer.finish().unwrap());
            file["contents"] = json!({"source": format!("data:;base64,{packed}"), "compression": "gzip"});
        }
    });
    assert_eq!(
        at(&Written { bootstrap, ..written.clone() }, MADE).unwrap().configs[0].validity,
        at(&written, MADE).unwrap().configs[0].validity
    );
}

#[test]
fn an_older_authority_of_the_site_itself_changes_nothing() {
    let years_ago = MADE.0 - 5 * 365 * 24 * HOUR;
    for until in [MADE.0 - HOUR, MADE.0 + HOUR] {
        let installer =
            Installer { trust_bundle: Some((years_ago, until)), ..Installer::new("okd1", MADE.0) };
        let checked = at(&installer.run(), MADE.plus(GOOD_FOR / 2)).unwrap();
        let times = (checked.configs[0].validity.from, checked.configs[0].validity.until);
        assert_eq!(times, (MADE, Timestamp(MADE.0 + 24 * HOUR)));
    }
}

#[test]
fn late_folders_are_taken_for_their_workers_and_dead_ones_not_at_all() {
    let installer = Installer { root_secs: 30 * 24 * 3600, ..Installer::new("okd1", MADE.0) };
    let written = installer.run();
    let checked = at(&written, Timestamp(MADE.0 + 13 * HOUR)).unwrap();
    let late = |role: usize, now| in_time(checked.configs[role].role, &checked.configs[role].validity, now);
    let now = Timestamp(MADE.0 + 13 * HOUR);
    assert!(late(0, now).unwrap_err().contains("13 hours ago"));
    assert!(late(1, now).unwrap_err().contains("the control-plane config"));
    assert_eq!(late(2, now), Ok(()));
    let dead = at(&written, Timestamp(MADE.0 + 30 * 24 * HOUR)).unwrap_err();
    let said = dead.to_string();
    assert!(matches!(dead, OkdError::OutOfTime(_)), "{said}");
    assert!(said.contains("bootstrap") && said.contains("worker"), "{said}");
    // Made by a machine whose clock is an hour ahead.
    let early = at(&written, Timestamp(MADE.0 - HOUR)).unwrap_err().to_string();
    assert!(early.contains("is a clock wrong?"), "{early}");
}

#[test]
fn each_bad_folder_is_refused_with_its_file_and_reason() {
    let good = Installer::new("okd1", MADE.0).run();
    let other_run = Installer::new("okd1", MADE.0).run();
    let other_cluster = Installer::new("okd2", MADE.0).run();
    let elsewhere = Installer { domain: "example.org".to_owned(), ..Installer::new("okd1", MADE.0) }.run();
    let with = |change: &dyn Fn(&mut Written)| {
        let mut written = good.clone();
        change(&mut written);
        written
    };
    let pointer = |change: &dyn Fn(&mut Value)| changed(&good.master, |config| change(config));
    let table: Vec<(Written, &str, &str)> = vec![
        (with(&|it| it.bootstrap.clear()), "bootstrap.ign", "is not there, or empty"),
        (with(&|it| it.worker.clear()), "worker.ign", "is not there, or empty"),
        (with(&|it| it.metadata.clear()), "metadata.json", "is not there, or empty"),
        (with(&|it| it.metadata = "{}".into()), "metadata.json", "does not say clusterName"),
        (with(&|it| it.metadata = "x".repeat(70_000)), "metadata.json", "at most 65536"),
        (
            with(&|it| it.metadata = it.metadata.replace("okd1-x7k2p", "../x")),
            "metadata.json",
            "infraID is none",
        ),
        (with(&|it| it.bootstrap = "x".repeat((4 << 20) + 1)), "bootstrap.ign", "at most 4194304"),
        (with(&|it| it.master = "{".into()), "master.ign", "cut off"),
        (with(&|it| it.master = "none".into()), "master.ign", "no JSON"),
        (with(&|it| it.master = "{\"ignition\":{}}".into()), "master.ign", "not as Ignition's specification"),
        (with(&|it| it.master = it.master.replace("3.2.0", "9.9.0")), "master.ign", "edition 9.9.0"),
        (with(&|it| it.master = it.master.replace("3.2.0", "three")), "master.ign", "none such as 3.2.0"),
        (with(&|it| it.bootstrap = good.master.clone()), "bootstrap.ign", "were files renamed?"),
        (with(&|it| it.master = good.worker.clone()), "master.ign", "points to /config/worker"),
        (with(&|it| it.worker = good.master.clone()), "worker.ign", "points to /config/master"),
        (with(&|it| it.worker = good.bootstrap.clone()), "worker.ign", "merged from 0 places"),
        (with(&|it| it.master = other_run.master.clone()), "master.ign", "two runs"),
        (with(&|it| it.worker = other_run.worker.clone()), "worker.ign", "two runs"),
        (with(&|it| it.bootstrap = other_run.bootstrap.clone()), "master.ign", "two runs"),
        (other_cluster, "metadata.json", "for a cluster called okd2, not okd1"),
        (elsewhere, "master.ign", "points to api-int.okd1.example.org"),
        (
            with(&|it| it.bootstrap = changed(&it.bootstrap, |config| config["storage"] = json!({}))),
            "bootstrap.ign",
            "helps no cluster up",
        ),
        (
            with(&|it| it.master = pointer(&|config| config["ignition"]["security"] = json!({}))),
            "master.ign",
            "names no authority",
        ),
        (
            with(&|it| {
                let source = json!([{"source": "data:,-----BEGIN CERTIFICATE-----%0AAAAA%0A-----END CERTIFICATE-----"}]);
                it.master = pointer(&|config| {
                    config["ignition"]["security"]["tls"]["certificateAuthorities"] = source.clone();
                });
            }),
            "master.ign",
            "no certificate that can be read",
        ),
        (
            with(&|it| {
                it.master =
                    pointer(&|config| config["ignition"]["config"]["merge"][0]["source"] = "data:,{}".into());
            }),
            "master.ign",
            "machine-config server",
        ),
        (
            with(&|it| {
                it.bootstrap = changed(&it.bootstrap, |config| {
                    config["storage"]["files"][0]["contents"]["source"] = "data:;base64,!".into();
                });
            }),
            "bootstrap.ign",
            "base64 is damaged",
        ),
    ];
    for (written, file, says) in table {
        let said = refused(&written);
        assert!(said.starts_with(&format!("{file}: ")) && said.contains(says), "{file}, {says}: {said}");
    }
}

#[test]
fn a_platform_with_addresses_of_its_own_points_to_one() {
    let mut written = Installer::new("okd1", MADE.0).run();
    for address in ["10.0.0.5", "[fd00::5]"] {
        written.master = changed(&written.master, |config| {
            config["ignition"]["config"]["merge"][0]["source"] =
                format!("https://{address}:22623/config/master").into();
        });
        at(&written, MADE).unwrap();
    }
}

#[test]
fn a_refusal_quotes_nothing_of_what_stands_in_a_config() {
    let written = Installer::new("okd1", MADE.0).run();
    let secret = written.planted[0].clone();
    for (path, value) in [
        ("/storage", json!(secret)),
        ("/storage/files/0/mode", json!(secret)),
        ("/ignition", json!({"version": "3.2.0", "config": secret})),
        ("/storage/files/1/contents/source", json!(format!("data:{secret}"))),
        ("/storage/files/1/contents/compression", json!(secret)),
    ] {
        let bootstrap = changed(&written.bootstrap, |config| {
            *config.pointer_mut(path).unwrap_or(&mut Value::Null) = value
        });
        if let Err(error) = at(&Written { bootstrap, ..written.clone() }, MADE) {
            let said = format!("{error} {error:?}");
            assert!(!said.contains(&secret), "{path}: {said}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is cut out of a config, or put into it: an answer in words, and no panic.
    #[test]
    fn a_damaged_config_is_an_answer(at_byte in 0_usize..4000, length in 0_usize..400, put in ".{0,20}") {
        let written = Installer::new("okd1", MADE.0).run();
        let mut bytes = written.master.clone().into_bytes();
        let from = at_byte.min(bytes.len());
        bytes.splice(from..(from + length).min(bytes.len()), put.bytes());
        let mut folder = folder(&written);
        folder.control_plane = bytes.into();
        let (name, domain): (Label, DomainName) = ("okd1".parse().unwrap(), "example.lan".parse().unwrap());
        if let Err(error) = check(&folder, &name, &domain, MADE) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
