//! Clusters in the database: made, replaced, opened, wiped, removed.

use std::time::Duration;

use events::Kind;
use inventory::Clock as _;
use okd::cluster::{Clusters, GOOD_FOR, New, compose};
use okd::{OkdError, Role};

use crate::folders::MADE;
use crate::installer::Installer;
use crate::place::{Place, SCOS, files, front, name, new, secrets};

#[tokio::test]
async fn a_cluster_is_made_opened_in_its_time_and_never_after() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    let made = place.create(&written).await.unwrap();
    assert_eq!(place.clusters.get(&name()).await.unwrap(), made);
    assert_eq!(place.clusters.list().await.unwrap(), std::slice::from_ref(&made));
    assert!(matches!(place.create(&written).await, Err(OkdError::ClusterExists(_))));
    let configs = [
        (Role::Bootstrap, &written.bootstrap),
        (Role::ControlPlane, &written.master),
        (Role::Worker, &written.worker),
    ];
    for (role, text) in configs {
        assert_eq!(*place.clusters.config(&name(), role).await.unwrap(), text.as_bytes());
    }
    place.clock.advance(GOOD_FOR);
    for role in [Role::Bootstrap, Role::ControlPlane] {
        let said = place.clusters.config(&name(), role).await.unwrap_err().to_string();
        assert!(said.starts_with("okd1: the") && said.contains("good for 12 hours"), "{said}");
    }
    assert_eq!(*place.clusters.config(&name(), Role::Worker).await.unwrap(), written.worker.as_bytes());
    let nobody = place.clusters.config(&"okd2".parse().unwrap(), Role::Worker).await;
    assert!(matches!(nobody, Err(OkdError::NoCluster(_))));
    assert_eq!(place.kinds().await, [Kind::ClusterCreated]);
}

#[tokio::test]
async fn nothing_of_a_config_lies_open_and_what_was_wiped_does_not_stay_behind() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    place.create(&written).await.unwrap();
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM cluster_config")
        .fetch_all(place.store.readers())
        .await
        .unwrap();
    let holds = |needle: &[u8]| {
        let files = std::fs::read_dir(place.dir.path()).unwrap();
        let held = |file: std::fs::DirEntry| {
            let bytes = std::fs::read(file.path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        };
        files.map(Result::unwrap).any(held)
    };
    for planted in written.planted.iter().chain([&"example.lan:22623".to_owned()]) {
        assert!(!holds(planted.as_bytes()), "{planted}");
    }
    assert!(sealed.iter().all(|sealed| holds(&sealed[40..140])), "they lie there sealed");

    let wiped = place.clusters.wipe(&name(), "operator").await.unwrap();
    assert_eq!((wiped.configs.len(), wiped.wiped_at), (0, Some(place.clock.now())));
    assert_eq!(place.clusters.get(&name()).await.unwrap(), wiped);
    let said = place.clusters.config(&name(), Role::Worker).await.unwrap_err().to_string();
    assert!(said.contains("wiped") && said.contains("--replace"), "{said}");
    place.clusters.wipe(&name(), "operator").await.unwrap();
    assert_eq!(place.kinds().await, [Kind::ClusterCreated, Kind::ClusterWiped]);
    place.store.close().await;
    for sealed in &sealed {
        for part in sealed.chunks(600).map(|part| &part[..part.len().min(100)]) {
            assert!(!holds(part), "a sealed config of {} bytes stays in the file", sealed.len());
        }
    }
}

#[tokio::test]
async fn new_configs_take_the_place_of_old_ones_and_the_rest_stays() {
    let place = Place::new().await;
    for (name, kind, byte) in SCOS {
        place.asset(name, kind, byte).await;
    }
    let old = Installer::new("okd1", MADE.0).run();
    place.create(&old).await.unwrap();
    let all = boot::assets::rows::all(place.store.readers()).await.unwrap();
    let image = compose(&files(), &all).unwrap();
    place.clusters.set_image(&name(), image.clone(), "operator").await.unwrap();
    place.clusters.set_front(&name(), Some(front()), "operator").await.unwrap();
    place.clusters.wipe(&name(), "operator").await.unwrap();

    place.clock.advance(Duration::from_secs(86_400));
    let newer = Installer::new("okd1", place.clock.now().0).run();
    let replace = New { replace: true, ..new(&newer) };
    let cluster = place.clusters.create(replace, "operator").await.unwrap();
    assert_eq!(cluster, place.clusters.get(&name()).await.unwrap());
    assert_eq!((&cluster.image, &cluster.front), (&Some(image), &Some(front())));
    assert_eq!((cluster.created_at, cluster.wiped_at), (MADE, None));
    let opened = place.clusters.config(&name(), Role::ControlPlane).await.unwrap();
    assert_eq!(*opened, newer.master.as_bytes());
    let versions: i64 =
        sqlx::query_scalar("SELECT version FROM cluster").fetch_one(place.store.readers()).await.unwrap();
    assert_eq!(versions, 5);
}

#[tokio::test]
async fn a_cluster_with_nodes_stays_and_one_with_armed_nodes_stays_as_it_is() {
    let place = Place::new().await;
    let written = Installer::new("okd1", MADE.0).run();
    place.create(&written).await.unwrap();
    place
        .sql(&[
            "INSERT INTO host (id, name, state, approved, version, source, created_at)
             VALUES ('h1', 'node1', 'armed', 1, 1, 'agent', 1)",
            "INSERT INTO assignment (host_id, version, cluster, role, hostname, disk, changed_at)
             VALUES ('h1', 1, 'okd1', 'control-plane', 'cp1', 'serial=X', 1)",
            "INSERT INTO arming (host_id, generation, plan, armed_at, armed_by, expires_at)
             VALUES ('h1', 1, '{}', 1, 'operator', 2)",
        ])
        .await;
    let nodes = place.clusters.nodes(&name()).await.unwrap();
    assert_eq!(nodes.len(), 1);
    let node = &nodes[0];
    assert_eq!((node.name.as_str(), node.hostname.as_str()), ("node1", "cp1"));
    assert_eq!((node.role, node.state), (Role::ControlPlane, hosts::State::Armed));

    let refusals = [
        place.clusters.remove(&name(), "operator").await.unwrap_err(),
        place.clusters.wipe(&name(), "operator").await.unwrap_err(),
        place.clusters.create(New { replace: true, ..new(&written) }, "operator").await.unwrap_err(),
    ];
    assert!(matches!(refusals[0], OkdError::ClusterInUse { .. }));
    for refusal in &refusals {
        assert!(refusal.to_string().contains("node1"), "{refusal}");
    }
    for refusal in &refusals[1..] {
        assert!(refusal.to_string().contains("disarm"), "{refusal}");
    }
    assert!(place.clusters.config(&name(), Role::ControlPlane).await.is_ok(), "nothing was changed");

    // It has what it was armed for: from now on its configs may go.
    place.sql(&["UPDATE arming SET consumed_at = 2"]).await;
    place.clusters.wipe(&name(), "operator").await.unwrap();
    place.sql(&["DELETE FROM assignment"]).await;
    place.clusters.remove(&name(), "operator").await.unwrap();
    assert!(matches!(place.clusters.remove(&name(), "operator").await, Err(OkdError::NoCluster(_))));
    assert!(place.clusters.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn another_key_opens_nothing_and_the_start_says_so() {
    let place = Place::new().await;
    place.clusters.check().await.unwrap();
    place.create(&Installer::new("okd1", MADE.0).run()).await.unwrap();
    place.clusters.check().await.unwrap();
    let other = secrets(place.dir.path(), &place.store, "other-key");
    let other = Clusters::new(place.store.clone(), other, place.clock.clone());
    for error in [other.check().await, other.config(&name(), Role::Worker).await.map(|_| ())] {
        let said = error.unwrap_err().to_string();
        assert!(said.contains("other-key") && said.contains("config of the cluster okd1"), "{said}");
    }
    // One that was moved to another role does not open there.
    place
        .sql(&[
            "UPDATE cluster_config SET sealed = (SELECT sealed FROM cluster_config WHERE role = 'bootstrap')
                WHERE role = 'worker'",
        ])
        .await;
    let said = place.clusters.config(&name(), Role::Worker).await.unwrap_err().to_string();
    assert!(said.contains("another name"), "{said}");
}
