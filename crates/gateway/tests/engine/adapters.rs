//! The adapters as the server makes them: from a registration and the secret store.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use fake_opnsense::User;
use gateway::{Adapters, DnsmasqHost, GatewayError, Gateways, Service};
use inventory::ManualClock;
use secrets::{SecretKey, SecretValue, Secrets};
use store::Store;

use crate::house::{START, WISH, fw1, pace, registration, usual, wish};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_exchanged_without_a_restart_and_is_found_nowhere() {
    let (fake, folder) = (usual(), tempfile::tempdir().unwrap());
    let store = Store::open(&folder.path().join("muster.db")).await.unwrap();
    let secrets = Secrets::new(store.clone(), SecretKey::load_or_create(&folder.path().join("key")).unwrap());
    let clock = Arc::new(ManualClock::at(START));
    let adapters = Adapters::new(secrets.clone(), DnsmasqHost::default());
    let gateways =
        Gateways::open_with(store.clone(), Arc::new(adapters), clock, folder.path().join("backups"), pace())
            .await
            .unwrap();
    gateways.add(registration(&fake), "operator").await.unwrap();
    gateways.set_wish(&fw1(), "site", Some(wish(WISH)), "operator").await.unwrap();
    let missing = gateways.plan(&fw1()).await.unwrap_err();
    assert!(matches!(missing, GatewayError::Secrets(_)), "{missing}");

    let name = "gateway.fw1".parse().unwrap();
    let set = async |value: String| {
        let value = SecretValue::new(value).unwrap();
        secrets.set(&name, &value, "operator", START).await.unwrap();
    };
    set("no key at all".to_owned()).await;
    let refused = gateways.plan(&fw1()).await.unwrap_err();
    assert!(
        refused.to_string().contains("gateway.fw1") && !refused.to_string().contains("no key at all"),
        "{refused}"
    );
    let old = User::muster();
    set(format!("{}:{}", old.key, old.secret)).await;
    let plan = gateways.plan(&fw1()).await.unwrap();
    assert_eq!(gateways.apply(&fw1(), &plan.digest, "operator").await.unwrap().state.as_str(), "done");

    let new = User::new("muster2", &fake_opnsense::NEEDED);
    fake.set_users(vec![new.clone()]);
    let refused = gateways.plan(&fw1()).await.unwrap_err();
    assert!(matches!(refused, GatewayError::NotAuthorised { .. }), "{refused}");
    set(format!("key={}\nsecret={}\n", new.key, new.secret)).await;
    assert!(gateways.plan(&fw1()).await.unwrap().is_empty());
    let examined = gateways.examine(&registration(&fake).adapter, None, &[Service::Dnsmasq]).await.unwrap();
    assert!(examined.passed(), "{examined:?}");

    let listed =
        format!("{:?} {:?}", gateways.list().await.unwrap(), gateways.applies(&fw1()).await.unwrap());
    let told = format!("{:?}", events::after(store.readers(), 0, 1000).await.unwrap());
    store.close().await;
    let mut pages = Vec::new();
    for file in ["muster.db", "muster.db-wal"] {
        pages.extend(std::fs::read(folder.path().join(file)).unwrap_or_default());
    }
    for planted in [&old.key, &old.secret, &new.key, &new.secret] {
        assert!(!listed.contains(planted.as_str()) && !told.contains(planted.as_str()));
        assert!(!pages.windows(planted.len()).any(|bytes| bytes == planted.as_bytes()), "in the database");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_folder_of_backups_is_taken_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    std::fs::set_permissions(&backups, std::fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&folder.path().join("muster.db")).await.unwrap();
    let secrets = Secrets::new(store.clone(), SecretKey::load_or_create(&folder.path().join("key")).unwrap());
    let open =
        || Gateways::open(store.clone(), secrets.clone(), Arc::new(ManualClock::at(START)), backups.clone());
    let first = open().await.unwrap();
    assert_eq!(std::fs::metadata(&backups).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(first.site(), open().await.unwrap().site(), "the server's own id is made once");
}
