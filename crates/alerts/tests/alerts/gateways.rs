//! Gateways are no hosts: each rings under its own name, and the message says what to do.

use alerts::{IncidentState, Severity, Span};
use events::{Kind, NewEvent};

use crate::site::{MINUTE, Site, settings};

impl Site {
    /// What whoever looks after gateways writes.
    async fn gateway(&self, kind: Kind, name: &str, summary: &str) {
        let (event, now) = (NewEvent::new(kind, None, "server", summary).key(name), self.now());
        self.write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { events::append(tx, &event, now).await })
        })
        .await;
        self.tick().await;
    }
}

#[tokio::test]
async fn each_gateway_rings_under_its_name_until_it_is_well() {
    let site = Site::new().await;
    site.gateway(Kind::GatewayDrifted, "edge", "2 objects differ").await;
    site.gateway(Kind::GatewayDrifted, "lab", "1 object differs").await;
    assert_eq!(site.ntfy.titles(), ["edge: is not as Muster set it up", "lab: is not as Muster set it up"]);
    let open = site.open().await;
    let edge = open.iter().find(|incident| incident.component == "edge").unwrap();
    assert_eq!(
        (edge.rule.as_str(), edge.severity, edge.host.as_ref()),
        ("gateway.drift", Severity::Warn, None)
    );
    assert_eq!(
        edge.text,
        "2 objects differ. `muster gateway drift edge` shows what differs, `muster gateway apply edge` puts it back."
    );
    // It is remembered over a restart, once.
    let site = site.restart().await;
    site.tick().await;
    assert_eq!(site.open().await.len(), 2);
    site.gateway(Kind::GatewaySettled, "edge", "nothing differs").await;
    let open = site.open().await;
    assert_eq!(open.iter().map(|incident| incident.component.as_str()).collect::<Vec<_>>(), ["lab"]);
    site.gateway(Kind::GatewayRemoved, "lab", "lab was removed").await;
    assert!(site.open().await.is_empty());
}

#[tokio::test]
async fn what_ends_what() {
    for (opens, closes, rule, severity) in [
        (Kind::GatewayHalfDone, Kind::GatewayApplied, "gateway.half-done", Severity::Crit),
        (Kind::GatewayHalfDone, Kind::GatewayUndone, "gateway.half-done", Severity::Crit),
        (Kind::GatewayDrifted, Kind::GatewayApplied, "gateway.drift", Severity::Warn),
        (Kind::GatewayLost, Kind::GatewayFound, "gateway.lost", Severity::Warn),
    ] {
        let site = Site::new().await;
        site.gateway(opens, "edge", "something").await;
        let incident = site.incident().await;
        assert_eq!((incident.rule.as_str(), incident.severity), (rule, severity));
        site.gateway(closes, "other", "of another one").await;
        assert_eq!(site.incident().await.state, IncidentState::Open, "{rule}");
        site.gateway(closes, "edge", "well").await;
        assert_eq!(site.incident().await.state, IncidentState::Resolved, "{rule}");
    }
}

#[tokio::test]
async fn what_has_to_wait_waits_over_a_restart_and_what_is_switched_off_ends() {
    let mut patient = settings();
    patient.rules.gateway.lost.after = Span::mins(10);
    let site = Site::with(patient.clone()).await;
    site.gateway(Kind::GatewayLost, "edge", "no answer").await;
    site.wait(MINUTE * 5).await;
    assert!(site.open().await.is_empty());
    let site = site.restart().await;
    site.wait(MINUTE * 5).await;
    assert_eq!(site.incident().await.title, "edge: can't be reached");
    patient.rules.gateway.lost.enabled = false;
    let site = site.restart_with(patient).await;
    assert_eq!(site.incident().await.state, IncidentState::Resolved);
}
