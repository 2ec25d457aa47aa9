//! Secrets on a real database.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;

use events::Kind;
use inventory::Timestamp;
use secrets::{Listed, Name, SecretKey, SecretValue, Secrets, SecretsError};
use store::{Store, StoreError};

async fn open(dir: &Path, key: &str) -> (Store, Secrets) {
    let store = Store::open(&dir.join("muster.db")).await.unwrap();
    let key = SecretKey::load_or_create(&dir.join(key)).unwrap();
    (store.clone(), Secrets::new(store, key))
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

async fn set(secrets: &Secrets, at: &str, value: &str, now: i64) {
    let value = SecretValue::new(value).unwrap();
    secrets.set(&name(at), &value, "operator", Timestamp(now)).await.unwrap();
}

async fn remove(store: &Store, at: &str, users: &[&str]) -> Result<(), SecretsError> {
    let (at, users) = (name(at), users.iter().map(ToString::to_string).collect::<Vec<_>>());
    store
        .write(move |tx| {
            Box::pin(async move { secrets::remove(tx, &at, &users, "operator", Timestamp(9)).await })
        })
        .await
}

#[tokio::test]
async fn a_secret_is_set_replaced_listed_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    assert!(matches!(secrets.get(&name("token")).await, Err(SecretsError::NoSecret(_))));
    set(&secrets, "token", "first", 1).await;
    set(&secrets, "token", "second", 2).await;
    set(&secrets, "bmc", "hunter2", 3).await;
    assert_eq!(secrets.get(&name("token")).await.unwrap().reveal(), b"second");
    let listed = secrets.list().await.unwrap();
    let row = |at, created, updated| Listed {
        name: name(at),
        created_at: Timestamp(created),
        updated_at: Timestamp(updated),
    };
    assert_eq!(listed, [row("bmc", 3, 3), row("token", 1, 2)]);
    for (at, expected) in [("token", true), ("nothing", false)] {
        let at = name(at);
        let there = store.write(|tx| Box::pin(async move { secrets::exists(tx, &at).await })).await;
        let there: Result<bool, StoreError> = there;
        assert_eq!(there.unwrap(), expected);
    }

    let error = remove(&store, "token", &["the provider phone"]).await.unwrap_err().to_string();
    assert_eq!(error, "the secret token is in use by the provider phone: remove that first");
    remove(&store, "token", &[]).await.unwrap();
    assert!(matches!(remove(&store, "token", &[]).await, Err(SecretsError::NoSecret(_))));
    let events = events::after(store.readers(), 0, 100).await.unwrap();
    let kinds: Vec<Kind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [Kind::SecretSet, Kind::SecretSet, Kind::SecretSet, Kind::SecretRemoved]);
    assert!(events.iter().all(|event| !event.summary.contains("second") && event.actor == "operator"));
}

#[tokio::test]
async fn no_value_lies_open_in_the_database() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    set(&secrets, "token", "tk_very_secret", 1).await;
    store.close().await;
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(14).any(|part| part == b"tk_very_secret"));
    }
}

#[tokio::test]
async fn another_key_opens_nothing_and_the_error_names_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    set(&secrets, "token", "tk_very_secret", 1).await;
    secrets.check().await.unwrap();
    let other = SecretKey::load_or_create(&dir.path().join("other-key")).unwrap();
    let other = Secrets::new(store, other);
    for error in [other.get(&name("token")).await.unwrap_err(), other.check().await.unwrap_err()] {
        let said = error.to_string();
        assert!(matches!(error, SecretsError::WrongKey { .. }) && said.contains("other-key"), "{said}");
    }
    // Set anew it opens again.
    set(&other, "token", "tk_new", 2).await;
    assert_eq!(other.get(&name("token")).await.unwrap().reveal(), b"tk_new");
}

#[tokio::test]
async fn a_sealed_value_under_another_name_or_changed_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    set(&secrets, "token", "tk_very_secret", 1).await;
    set(&secrets, "bmc", "hunter2", 1).await;
    let swap =
        "UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE name = 'token') WHERE name = 'bmc'";
    let damage = "UPDATE secret SET sealed = x'0badc0de' WHERE name = 'token'";
    for statement in [swap, damage] {
        let done: Result<_, StoreError> = store
            .write(move |tx| Box::pin(async move { Ok(sqlx::query(statement).execute(tx).await?) }))
            .await;
        done.unwrap();
    }
    for (at, why) in [("bmc", "another name"), ("token", "can't be opened")] {
        let error = secrets.get(&name(at)).await.unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, SecretsError::Damaged { .. }) && said.contains(why), "{said}");
    }
}
