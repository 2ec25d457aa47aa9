//! Roles in a real database.

use hosts::{Event, State};
use inventory::ManualClock;
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct Site {
    assignments: Assignments,
    store: Store,
    _dir: TempDir,
}

/// Two clusters, and two hosts that are ready.
async fn site() -> Site {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    for name in ["okd1", "okd2"] {
        let values = format!("('{name}', 1, 'example.lan', 'i', 'c', '3.2.0', 0, 0)");
        let columns = "name, version, domain, infra_id, cluster_id, spec, created_at, changed_at";
        run(&store, format!("INSERT INTO cluster ({columns}) VALUES {values}")).await;
    }
    for name in ["node1", "node2"] {
        let values = format!("('{name}', '{name}', 'ready', 1, 1, 'agent', 0)");
        let columns = "id, name, state, approved, version, source, created_at";
        run(&store, format!("INSERT INTO host ({columns}) VALUES {values}")).await;
    }
    let assignments = Assignments::new(store.clone(), Arc::new(ManualClock::at(NOW)));
    Site { assignments, store, _dir: dir }
}

async fn run(store: &Store, sql: String) {
    let work = store.write::<_, StoreError, _>(|tx| {
        Box::pin(async move { Ok(sqlx::query(AssertSqlSafe(sql)).execute(tx).await.map(drop)?) })
    });
    work.await.unwrap();
}

impl Site {
    async fn state(&self, host: &str) -> State {
        let facts = hosts::facts(self.store.readers(), &host.parse().unwrap()).await.unwrap();
        facts.unwrap().state
    }

    async fn events(&self, host: &str) -> Vec<String> {
        let events = events::of_host(self.store.readers(), &host.parse().unwrap(), None, 100).await.unwrap();
        events.into_iter().map(|event| event.kind.to_string()).collect()
    }

    async fn released(&self, host: &str) -> Option<Assignment> {
        let host: Id = host.parse().unwrap();
        let work =
            self.store.write::<_, StoreError, _>(move |tx| Box::pin(async move { release(tx, &host).await }));
        work.await.unwrap()
    }
}

fn new(host: &str, hostname: &str) -> New {
    New {
        host: host.parse().unwrap(),
        cluster: "okd1".parse().unwrap(),
        role: Role::Worker,
        hostname: hostname.parse().unwrap(),
        address: Some([10, 0, 0, 31].into()),
        disk: "serial=S1,size>=400GB".parse().unwrap(),
        target: Target {
            by_id: "wwn-0x5000c500a1b2c3d4".into(),
            serial: Some("S1".into()),
            wwn: Some("naa.5000c500a1b2c3d4".into()),
            size_bytes: 480_103_981_056,
            model: None,
            carries: vec!["gpt".into(), "xfs".into()],
        },
        wipe: Some("S1".into()),
        accepted: vec!["memory".into()],
    }
}

#[tokio::test]
async fn a_role_is_written_down_with_all_that_was_said() {
    let site = site().await;
    let put = site.assignments.put(new("node1", "w1"), "operator").await.unwrap();
    assert_eq!((put.version, put.changed_at), (1, NOW));
    assert_eq!(site.assignments.get(&put.host).await.unwrap(), Some(put.clone()));
    assert_eq!(put, new("node1", "w1").beside(None, NOW));
    assert_eq!(site.state("node1").await, State::Assigned);
    assert_eq!(site.events("node1").await, ["host.assigned", "host.state-changed"]);

    // Given again, it is changed; the network that was set meanwhile stays.
    let network = NodeNetwork { dns: vec!["10.0.0.1".parse().unwrap()], ..NodeNetwork::default() };
    let set = site.assignments.set_network(&put.host, Some(network.clone()), "operator").await.unwrap();
    assert_eq!((set.version, set.network.as_ref()), (2, Some(&network)));
    let same = site.assignments.set_network(&put.host, Some(network.clone()), "operator").await.unwrap();
    assert_eq!(same.version, 2, "what is so already is no change");
    let again = New { role: Role::ControlPlane, wipe: None, ..new("node1", "cp1") };
    let again = site.assignments.put(again, "operator").await.unwrap();
    assert_eq!((again.version, again.network, again.wipe), (3, Some(network), None));
    assert_eq!(site.assignments.of_cluster(&put.cluster).await.unwrap().len(), 1);

    let released = site.released("node1").await.unwrap();
    assert_eq!(released.version, 3);
    assert_eq!(site.assignments.get(&put.host).await.unwrap(), None);
    assert_eq!(site.released("node1").await, None);
    let error = site.assignments.set_network(&put.host, None, "operator").await.unwrap_err();
    assert!(matches!(error, OkdError::NoRole(_)), "{error}");
}

#[tokio::test]
async fn a_name_is_given_once_in_a_cluster() {
    let site = site().await;
    site.assignments.put(new("node1", "w1"), "operator").await.unwrap();
    let error = site.assignments.put(new("node2", "w1"), "operator").await.unwrap_err();
    assert_eq!(error.to_string(), "w1 of okd1 is node1 already: give this one another name");
    assert_eq!(site.state("node2").await, State::Ready, "what was refused changed nothing");
    assert_eq!(site.events("node2").await, [""; 0]);
    let elsewhere = New { cluster: "okd2".parse().unwrap(), ..new("node2", "w1") };
    site.assignments.put(elsewhere, "operator").await.unwrap();
    let error = New { cluster: "okd3".parse().unwrap(), ..new("node2", "w2") };
    let error = site.assignments.put(error, "operator").await.unwrap_err();
    assert!(matches!(error, OkdError::NoCluster(_)), "{error}");
    let error = site.assignments.put(new("node3", "w3"), "operator").await.unwrap_err();
    assert!(matches!(error, OkdError::NoHost(_)), "{error}");
}

#[tokio::test]
async fn of_two_who_want_one_name_at_once_one_has_it() {
    let site = site().await;
    let (one, other) = tokio::join!(
        site.assignments.put(new("node1", "w1"), "operator"),
        site.assignments.put(new("node2", "w1"), "operator")
    );
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|is_ok| *is_ok).count(), 1);
}

#[tokio::test]
async fn a_host_is_given_a_role_only_where_that_changes_nothing_under_way() {
    for (state, may) in [
        (State::Discovered, false),
        (State::Ready, true),
        (State::Assigned, true),
        (State::Armed, false),
        (State::Installing, false),
        (State::Installed, false),
        (State::InService, false),
        (State::Failed, true),
        (State::Maintenance, false),
        (State::Retired, false),
    ] {
        let site = site().await;
        run(&site.store, format!("UPDATE host SET state = '{state}' WHERE id = 'node1'")).await;
        let put = site.assignments.put(new("node1", "w1"), "operator").await;
        assert_eq!(put.is_ok(), may, "{state}");
        match put {
            Err(error) => {
                assert!(matches!(&error, OkdError::State { .. }), "{error}");
                assert_eq!(site.state("node1").await, state);
            }
            // One that has a role, or had one, stays where it stands; only what is ready moves.
            Ok(_) => {
                let expected = state.after(Event::Assign).unwrap_or(state);
                assert_eq!(site.state("node1").await, expected);
            }
        }
    }
}

#[tokio::test]
async fn a_deleted_host_leaves_no_role_behind() {
    let site = site().await;
    let put = site.assignments.put(new("node1", "w1"), "operator").await.unwrap();
    let host = put.host.clone();
    let work =
        site.store.write(move |tx| Box::pin(async move { hosts::delete(tx, &host, "operator", NOW).await }));
    work.await.unwrap();
    assert_eq!(site.assignments.of_cluster(&put.cluster).await.unwrap(), []);
}
