//! Secrets on a real database.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::Path;

use events::Kind;
use inventory::Timestamp;
use secrets::{Listed, MAX_DOCUMENT_BYTES, Name, OpenFault, SecretKey, SecretValue, Secrets, SecretsError};
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
        assert!(
            matches!(error, SecretsError::Closed { fault: OpenFault::WrongKey { .. }, .. })
                && said.contains("other-key"),
            "{said}"
        );
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
        assert!(
            matches!(error, SecretsError::Closed { fault: OpenFault::Damaged(_), .. }) && said.contains(why),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_document_opens_as_what_it_was_sealed_as_and_as_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    let largest = vec![7; MAX_DOCUMENT_BYTES];
    let sealed = secrets.seal_document("the config of a", &largest).unwrap();
    assert_eq!(*secrets.open_document("the config of a", &sealed).unwrap(), largest);

    let document = b"-----BEGIN PRIVATE KEY-----";
    let mut sealed = secrets.seal_document("the config of a", document).unwrap();
    assert!(!sealed.bytes.windows(document.len()).any(|part| part == document));
    assert!(format!("{sealed:?}").len() < 150, "Debug shows no bytes");
    let other = secrets.open_document("the config of b", &sealed).unwrap_err().to_string();
    assert!(other.starts_with("the config of b can't be opened"), "{other}");

    for bad in [Vec::new(), vec![7; MAX_DOCUMENT_BYTES + 1]] {
        let refused = secrets.seal_document("the config of a", &bad);
        assert!(matches!(refused, Err(SecretsError::DocumentSize { bytes, .. }) if bytes == bad.len()));
    }

    let key = SecretKey::load_or_create(&dir.path().join("other-key")).unwrap();
    let said = Secrets::new(store, key).open_document("the config of a", &sealed).unwrap_err().to_string();
    assert!(said.contains("other-key") && said.contains("bring the right key file"), "{said}");
    let last = sealed.bytes.last_mut().unwrap();
    *last ^= 1;
    let damaged = secrets.open_document("the config of a", &sealed);
    assert!(matches!(damaged, Err(SecretsError::ClosedDocument { fault: OpenFault::Damaged(_), .. })));
}

#[tokio::test]
async fn a_document_and_a_secret_of_one_name_are_two_things() {
    let dir = tempfile::tempdir().unwrap();
    let (store, secrets) = open(dir.path(), "key").await;
    set(&secrets, "token", "tk_very_secret", 1).await;
    let document = secrets.seal_document("token", b"a document").unwrap();
    let bytes = document.bytes.clone();
    let done: Result<_, StoreError> = store
        .write(move |tx| {
            Box::pin(async move {
                Ok(sqlx::query("UPDATE secret SET sealed = $1").bind(bytes).execute(tx).await?)
            })
        })
        .await;
    done.unwrap();
    assert!(matches!(secrets.get(&name("token")).await, Err(SecretsError::Closed { .. })));
}
