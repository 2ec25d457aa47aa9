use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

async fn open(dir: &std::path::Path, key: &str) -> Secrets {
    let store = Store::open(&dir.join("muster.db")).await.unwrap();
    Secrets::new(store, SecretKey::load_or_create(&dir.join(key)).unwrap())
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn value(text: &str) -> SecretValue {
    SecretValue::new(text.to_owned()).unwrap()
}

#[tokio::test]
async fn a_secret_survives_a_restart_and_never_lies_in_the_open() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = open(dir.path(), "secret.key").await;
    secrets.set(name("ntfy"), &value("tk_first"), "operator", Timestamp(1)).await.unwrap();
    secrets.set(name("ntfy"), &value("tk_second"), "operator", Timestamp(2)).await.unwrap();
    secrets.store.close().await;
    let secrets = open(dir.path(), "secret.key").await;
    assert_eq!(secrets.get(&name("ntfy")).await.unwrap().reveal(), "tk_second");
    let listed = secrets.list().await.unwrap();
    assert_eq!(listed, [Listed { name: name("ntfy"), created_at: Timestamp(1), updated_at: Timestamp(2) }]);
    secrets.store.close().await;
    for file in fs::read_dir(dir.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(8).any(|w| w == b"tk_first" || w == b"tk_secon"));
    }
}

#[tokio::test]
async fn another_key_opens_nothing_and_is_named() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path(), "a.key").await.set(name("n"), &value("v"), "operator", Timestamp(1)).await.unwrap();
    let error = open(dir.path(), "b.key").await.get(&name("n")).await.unwrap_err();
    assert!(error.to_string().contains("b.key"), "{error}");
}

#[tokio::test]
async fn a_secret_that_is_used_or_missing_is_not_removed() {
    let dir = tempfile::tempdir().unwrap();
    let secrets = open(dir.path(), "secret.key").await;
    secrets.set(name("n"), &value("v"), "operator", Timestamp(1)).await.unwrap();
    let used =
        secrets.remove(name("n"), Some("provider phone".into()), "operator", Timestamp(2)).await.unwrap_err();
    assert!(used.to_string().contains("provider phone"));
    secrets.remove(name("n"), None, "operator", Timestamp(2)).await.unwrap();
    let gone = secrets.remove(name("n"), None, "operator", Timestamp(2)).await.unwrap_err();
    assert!(matches!(gone, SecretsError::NotFound(_)));
    let kinds: Vec<_> = events::after(secrets.store.readers(), 0, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, [Kind::SecretSet, Kind::SecretRemoved]);
}

#[test]
fn a_key_file_is_private_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.key");
    SecretKey::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = SecretKey::load_or_create(&path).unwrap_err().to_string();
    assert!(error.contains("640") && error.contains("secret.key"), "{error}");
    let junk = dir.path().join("junk.key");
    fs::write(&junk, "no key").unwrap();
    fs::set_permissions(&junk, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(SecretKey::load_or_create(&junk), Err(KeyError::Invalid { .. })));
    assert_eq!(fs::read_to_string(&junk).unwrap(), "no key");
}

#[test]
fn values_are_bounded_and_hidden() {
    assert!(SecretValue::new(String::new()).is_err());
    assert!(SecretValue::new("x".repeat(SecretValue::MAX_BYTES + 1)).is_err());
    assert!(!format!("{:?}", value("hush")).contains("hush"));
    for bad in ["", "../x", "a b", ".a", &"a".repeat(65)] {
        assert!(bad.parse::<Name>().is_err(), "{bad:?}");
    }
}
