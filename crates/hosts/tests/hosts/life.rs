//! What operators and plans do, and what lists show.

use events::Kind;
use hosts::{Event, Filter, HostError, State};
use inventory::Id;

use crate::machine::Machine;
use crate::site::{Site, site};

impl Site {
    async fn happen(&self, host: &Id, event: Event) -> Result<State, HostError> {
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| {
            Box::pin(async move { hosts::transition(tx, &id, event, "as planned", "anna", now).await })
        })
        .await
    }

    async fn rename(&self, host: &Id, name: &'static str) -> Result<(), HostError> {
        let (id, now) = (host.clone(), self.now());
        self.write(move |tx| Box::pin(async move { hosts::rename(tx, &id, name, "anna", now).await })).await
    }

    async fn listed(&self, filter: &Filter) -> Vec<String> {
        let page = hosts::list(self.store.readers(), filter, None, 500).await.unwrap();
        page.items.into_iter().map(|host| host.name).collect()
    }
}

#[tokio::test]
async fn approval_and_retirement_go_with_the_state() {
    let site = site().await;
    let host = site.known(&Machine::server(1)).await;
    site.approve(&host).await;
    assert!(site.host(&host).await.approved);
    let events = site.events(Kind::HostApproved).await;
    assert_eq!(
        (events[0].actor.as_str(), events[0].summary.as_str()),
        ("anna", "anna approved dell-svc0001")
    );

    assert_eq!(site.happen(&host, Event::Assign).await.unwrap(), State::Assigned);
    let moved = site.events(Kind::HostStateChanged).await;
    assert_eq!(moved[0].summary, "dell-svc0001 went from ready to assigned: as planned");
    let illegal = site.happen(&host, Event::Approve).await.unwrap_err();
    assert!(matches!(illegal, HostError::Illegal(_)), "{illegal}");
    assert_eq!(illegal.to_string(), "a host that is assigned can't be approved");

    site.happen(&host, Event::Retire).await.unwrap();
    assert!(!site.host(&host).await.approved, "what is not ours is not approved");
    site.approve(&host).await;
    assert_eq!(site.host(&host).await.state, State::Ready);
}

#[tokio::test]
async fn news_that_does_not_fit_is_kept_and_not_applied() {
    let site = site().await;
    let host = site.approved(&Machine::server(1)).await;
    let news = |event| {
        let (id, now) = (host.clone(), site.now());
        site.write::<_, HostError, _>(move |tx| {
            Box::pin(async move { hosts::news(tx, &id, event, "it said so", "agent", now).await })
        })
    };
    assert_eq!(news(Event::InstallEnded).await.unwrap(), None);
    assert_eq!(site.host(&host).await.state, State::Ready);
    let kept = site.events(Kind::HostUnexpected).await;
    assert_eq!(
        kept[0].summary,
        "news that does not fit: dell-svc0001 is ready and can't end an installation (it said so)"
    );
    assert_eq!(news(Event::Assign).await.unwrap(), Some(State::Assigned));
}

#[tokio::test]
async fn a_name_is_safe_and_nobody_elses() {
    let site = site().await;
    let (one, two) = (site.known(&Machine::server(1)).await, site.known(&Machine::server(2)).await);
    site.rename(&one, "rack1-node3").await.unwrap();
    let found = hosts::get(site.store.readers(), "rack1-node3").await.unwrap().unwrap();
    assert_eq!(found.id, one);
    assert_eq!(site.events(Kind::HostRenamed).await[0].summary, "dell-svc0001 is now called rack1-node3");
    assert!(matches!(site.rename(&two, "rack1-node3").await, Err(HostError::NameTaken(_))));
    for bad in ["", "Rack", "a b", "-a", "../x", "${x}", "a/b", "é"] {
        assert!(matches!(site.rename(&one, bad).await, Err(HostError::BadName(_))), "{bad:?}");
    }
    site.rename(&one, "rack1-node3").await.unwrap();
    assert_eq!(site.events(Kind::HostRenamed).await.len(), 1, "twice is once");
}

#[tokio::test]
async fn a_deleted_host_leaves_its_events_only() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let (id, now) = (host.clone(), site.now());
    site.write::<_, HostError, _>(move |tx| {
        Box::pin(async move { hosts::delete(tx, &id, "anna", now).await })
    })
    .await
    .unwrap();
    assert!(hosts::get(site.store.readers(), host.as_str()).await.unwrap().is_none());
    assert_eq!(site.speaks_for(&machine).await, None);
    assert_eq!(site.by_mac(machine.macs[0]).await, None);
    for table in ["host_identifier", "host_start", "host_inventory", "host_revision", "host_problem", "claim"]
    {
        let rows = sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}")));
        assert_eq!(rows.fetch_one(site.store.readers()).await.unwrap(), 0, "{table}");
    }
    assert_eq!(site.events(Kind::HostDeleted).await[0].summary, "anna deleted dell-svc0001");
    assert_eq!(site.events(Kind::HostDiscovered).await.len(), 1);
    assert_ne!(site.known(&machine).await, host, "it enrols anew");
}

#[tokio::test]
async fn a_host_whose_installation_is_under_way_is_not_deleted() {
    let site = site().await;
    let host = site.approved(&Machine::server(1)).await;
    for (event, may, first) in [
        (Event::Assign, true, ""),
        (Event::Arm, false, "muster host disarm"),
        (Event::InstallStarted, false, "muster host release"),
        (Event::InstallFailed, true, ""),
    ] {
        site.happen(&host, event).await.unwrap();
        let (id, now) = (host.clone(), site.now());
        let deleted = site.write::<(), HostError, _>(move |tx| {
            Box::pin(async move {
                hosts::delete(tx, &id, "anna", now).await?;
                // Rolled back: it is needed again.
                Err(HostError::NoIdentity)
            })
        });
        match deleted.await.unwrap_err() {
            HostError::NoIdentity => assert!(may, "{event}"),
            refused => assert!(!may && refused.to_string().contains(first), "{event}: {refused}"),
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged_by_name() {
    let site = site().await;
    let hosts_made = [site.known(&Machine::server(1)).await, site.known(&Machine::server(2)).await];
    site.known(&Machine::server(3)).await;
    site.known(&Machine::lab("52:54:00:12:34:56")).await;
    site.approve(&hosts_made[0]).await;
    let all = ["dell-svc0001", "dell-svc0002", "dell-svc0003", "host-123456"];
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    assert_eq!(site.listed(&Filter::default()).await, all);
    assert_eq!(site.listed(&Filter { approved: Some(true), ..Filter::default() }).await, all[..1]);
    assert_eq!(site.listed(&Filter { state: Some(State::Discovered), ..Filter::default() }).await, all[1..]);
    assert_eq!(site.listed(&text("POWEREDGE")).await, all[..3]);
    assert_eq!(site.listed(&text("52:54:00")).await, all[3..]);
    assert_eq!(site.listed(&text(hosts_made[1].as_str())).await, all[1..2]);
    for nothing in ["%", "__", "\\", "' OR 1=1 --"] {
        assert!(site.listed(&text(nothing)).await.is_empty(), "{nothing}");
    }

    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = hosts::list(site.store.readers(), &Filter::default(), cursor.as_deref(), 3).await.unwrap();
        seen.extend(page.items.into_iter().map(|host| host.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, all);
    let counts = hosts::counts(site.store.readers()).await.unwrap();
    assert_eq!(counts, [(State::Discovered, 3), (State::Ready, 1)]);
}
