//! What a scrape may do, and what not.

use std::net::IpAddr;

use events::Kind;
use hosts::{ClaimKind, Enrolled, HostError, IntakeLimits, Proof, Scraped, Source, State};

use crate::machine::Machine;
use crate::site::{Site, site};

const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));

impl Site {
    async fn scrape(&self, machine: &Machine, source: Source) -> Result<Scraped, HostError> {
        let (report, limits, now) = (machine.report(), self.limits, self.now());
        self.write(move |tx| {
            Box::pin(async move { hosts::record_scrape(tx, source, THERE, &report, &limits, now).await })
        })
        .await
    }
}

#[tokio::test]
async fn a_machine_that_was_found_is_a_host_that_nobody_speaks_for() {
    let site = site().await;
    let machine = Machine::server(1);
    let found = site.scrape(&machine, Source::Sweep).await.unwrap();
    assert!(found.new && found.claim.is_none());
    let host = site.host(&found.host).await;
    assert_eq!((host.state, host.source, host.enrolled), (State::Discovered, Source::Sweep, false));
    assert_eq!((host.last_seen_at, host.found_at), (None, Some(site.now())), "met, not heard");
    assert_eq!((host.memory_bytes, host.revision), (Some(32 << 30), 1));
    assert_eq!(site.events(Kind::HostDiscovered).await[0].summary, "dell-svc0001 was found at 10.0.0.9");
    let again = site.scrape(&machine, Source::Mdns).await.unwrap();
    assert_eq!(again, Scraped { host: found.host.clone(), new: false, changed: false, claim: None });
    assert_eq!(site.host(&found.host).await.found_by, Some(Source::Mdns));

    let more = machine.clone().with(|m| m.disks.push("NEW"));
    assert!(site.scrape(&more, Source::Sweep).await.unwrap().changed);
    assert_eq!(site.host(&found.host).await.disk_count, Some(2));
    assert_eq!(site.enrolled(&machine, Proof::None, Enrolled::Rekeyed).await.id, found.host);
    let keyed = site.events(Kind::HostRekeyed).await;
    assert!(keyed[0].summary.contains("speaks for the first time"), "{}", keyed[0].summary);
}

#[tokio::test]
async fn a_scrape_never_changes_an_approved_host() {
    let site = site().await;
    let machine = Machine::server(1);
    let host = site.approved(&machine).await;
    let same = site.scrape(&machine, Source::Sweep).await.unwrap();
    assert_eq!(same, Scraped { host: host.clone(), new: false, changed: false, claim: None });

    let identity = hosts::identifiers(site.store.readers(), &host).await.unwrap();
    let lies = machine.clone().with(|m| {
        m.disks.push("FORGED");
        m.macs.push("3c:ec:ef:00:0f:0f");
    });
    let claim = site.scrape(&lies, Source::Mdns).await.unwrap().claim.unwrap();
    site.scrape(&lies, Source::Mdns).await.unwrap();
    assert_eq!(site.host(&host).await.disk_count, Some(1));
    assert_eq!(hosts::identifiers(site.store.readers(), &host).await.unwrap(), identity);
    let claims = hosts::claims(site.store.readers(), Some(&host), false, 10).await.unwrap();
    assert_eq!((claims.len(), &claims[0].id, claims[0].times), (1, &claim, 2));
    assert_eq!((claims[0].kind, claims[0].source.as_str()), (ClaimKind::Scrape, "10.0.0.9"));

    let uuid = machine.system.uuid.clone();
    let other = Machine::server(2).with(|m| m.system.uuid = uuid);
    assert!(site.scrape(&other, Source::Sweep).await.unwrap().claim.is_some());
    assert_eq!(site.count_hosts().await, 1);
}

#[tokio::test]
async fn what_tells_nothing_and_what_is_too_many_is_refused() {
    let mut site = site().await;
    let nobody = Machine::lab("52:54:00:00:00:01").with(|m| m.macs.clear());
    assert!(matches!(site.scrape(&nobody, Source::Sweep).await, Err(HostError::NoIdentity)));
    site.limits = IntakeLimits { unapproved_hosts: 1 };
    site.scrape(&Machine::server(1), Source::Sweep).await.unwrap();
    let refused = site.scrape(&Machine::server(2), Source::Sweep).await.unwrap_err();
    assert!(matches!(refused, HostError::TooManyUnapproved { limit: 1 }), "{refused}");
}
