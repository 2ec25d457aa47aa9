//! The key file: how it is made, and when it is refused.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use secrets::{KeyError, SecretKey};

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_start_makes_it_and_the_second_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.key");
    let made = SecretKey::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing unfinished is left");
    let read = SecretKey::load_or_create(&path).unwrap();
    assert_eq!(made.recipient(), read.recipient());
    let shown = format!("{read:?}");
    assert!(shown.contains("age1") && !shown.contains("AGE-SECRET"), "{shown}");
}

#[test]
fn a_key_that_others_may_read_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.key");
    SecretKey::load_or_create(&path).unwrap();
    for mode in [0o644, 0o604, 0o602, 0o620, 0o601] {
        set_mode(&path, mode);
        let error = SecretKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { .. }), "{mode:o}: {error}");
        let said = error.to_string();
        assert!(said.contains("secret.key") && said.contains(&format!("{mode:04o}")), "{said}");
        assert!(said.contains("chmod 600"), "{said}");
    }
    // systemd's credentials look like this.
    for mode in [0o400, 0o440] {
        set_mode(&path, mode);
        assert!(SecretKey::load_or_create(&path).is_ok(), "{mode:o}");
    }
}

#[test]
fn what_is_no_key_file_is_said_without_showing_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.key");
    let key = "AGE-SECRET-KEY-1QQQQ";
    let two = "AGE-SECRET-KEY-1A\nAGE-SECRET-KEY-1B\n".to_owned();
    for text in [String::new(), "# only a comment\n".into(), key.to_owned(), two, "x".repeat(5000)] {
        fs::write(&path, &text).unwrap();
        set_mode(&path, 0o600);
        let said = SecretKey::load_or_create(&path).unwrap_err().to_string();
        assert!(said.contains("is no key file") && said.contains("secret.key"), "{said}");
        assert!(!said.contains(key), "{said}");
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(SecretKey::load_or_create(&path).unwrap_err().to_string().contains("not text"));
    assert!(SecretKey::load_or_create(dir.path()).unwrap_err().to_string().contains("not a file"));
    let nowhere = dir.path().join("no/such/folder/secret.key");
    let error = SecretKey::load_or_create(&nowhere).unwrap_err();
    assert!(
        matches!(error, KeyError::Create { .. }) && error.to_string().contains("no/such/folder"),
        "{error}"
    );
}

#[test]
fn comments_are_read_over_so_that_a_key_of_age_keygen_serves() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.key");
    let made = SecretKey::load_or_create(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# created: 2026-11-17\n# public key: age1…\n\n{text}\n")).unwrap();
    assert_eq!(SecretKey::load_or_create(&path).unwrap().recipient(), made.recipient());
}
