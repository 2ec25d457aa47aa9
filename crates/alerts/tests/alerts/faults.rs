//! An ntfy that refuses, hangs, breaks off, or is none.

use std::time::Duration;

use alerts::{DeliveryStatus, Settings, Span};

use crate::fake_ntfy::{FakeNtfy, Fault};
use crate::site::{MINUTE, SECOND, Site, id, settings};

/// A site with one message that waits.
async fn waiting() -> Site {
    // As long as a hanging server is waited for, as rarely a slow machine is taken for one.
    let site = Site::with(Settings { send_timeout: Span::secs(1), ..settings() }).await;
    site.host("node1").await;
    site.wait(MINUTE * 3).await;
    site
}

#[tokio::test]
async fn what_passes_is_tried_again_until_it_arrives() {
    let faults = [
        Fault::Status(500, ""),
        Fault::Status(429, ""),
        Fault::Status(503, "Retry-After: 20\r\n"),
        Fault::Hang,
        Fault::TakeAndBreak,
    ];
    for fault in faults {
        let site = waiting().await;
        site.ntfy.next([fault.clone(), fault.clone()]);
        site.tick().await;
        assert_eq!(site.ntfy.knocks(), 1, "{fault:?}: no second knock at once");
        let status = site.subscription("me").await;
        assert!((status.waiting, status.last_error.is_some()) == (1, true), "{fault:?}: {status:?}");
        assert!(status.trouble.is_none(), "{fault:?}");
        for _ in 0..8 {
            site.pass(SECOND * 30);
            site.alerts.send_due().await.unwrap();
        }
        assert_eq!(site.ntfy.knocks(), 3, "{fault:?}");
        assert_eq!(site.ntfy.phone().len(), 1, "{fault:?}: what arrives twice takes its own place");
        assert_eq!(site.subscription("me").await.waiting, 0, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    for (status, header, wait) in [
        (429, "Retry-After: 100\r\n", 100),
        (503, "Retry-After: 100\r\n", 100),
        (429, "Retry-After: 999999\r\n", 3600),
        (429, "Retry-After: Sat, 21 Nov 2026 10:41:30 GMT\r\nDate: Sat, 21 Nov 2026 10:40:00 GMT\r\n", 90),
    ] {
        let site = waiting().await;
        site.ntfy.next([Fault::Status(status, header)]);
        site.alerts.send_due().await.unwrap();
        site.pass(SECOND * (wait - 1));
        site.alerts.send_due().await.unwrap();
        assert_eq!(site.ntfy.knocks(), 1, "{header}");
        site.pass(SECOND);
        site.alerts.send_due().await.unwrap();
        assert_eq!(site.ntfy.taken().len(), 1, "{header}");
    }
}

#[tokio::test]
async fn what_is_set_up_wrongly_is_tried_every_ten_minutes_and_no_more() {
    for (fault, of_provider) in [
        (Fault::Status(401, ""), true),
        (Fault::Status(404, ""), true),
        (Fault::Gibberish, true),
        (Fault::Status(403, ""), false),
        (Fault::Status(400, ""), false),
        (Fault::Status(413, ""), false),
    ] {
        let site = waiting().await;
        // More than one message waits: still it is one knock.
        for name in ["node2", "node3"] {
            site.host(name).await;
        }
        site.wait(MINUTE * 3).await;
        site.ntfy.stay(fault.clone());
        site.tick().await;
        assert_eq!(site.ntfy.knocks(), 1, "{fault:?}");
        site.live(MINUTE * 9).await;
        assert_eq!(site.ntfy.knocks(), 1, "{fault:?}");
        site.live(MINUTE * 21).await;
        assert_eq!(site.ntfy.knocks(), 4, "{fault:?}: one probe every ten minutes");
        let provider = alerts::provider(site.store.readers(), &id("phone")).await.unwrap().unwrap();
        let subscription = site.subscription("me").await;
        assert_eq!((provider.trouble.is_some(), subscription.trouble.is_some()), (of_provider, !of_provider));
        let trouble = provider.trouble.or(subscription.trouble).unwrap();
        assert!(site.now().since(trouble.since_at) >= MINUTE * 30, "since the first time");

        // A test that works opens the way at once.
        site.ntfy.stay(None);
        assert!(site.alerts.test(&id("me")).await.unwrap().delivered);
        site.tick().await;
        assert_eq!(site.ntfy.taken().len(), 4, "{fault:?}");
        let provider = alerts::provider(site.store.readers(), &id("phone")).await.unwrap().unwrap();
        assert_eq!((provider.trouble, site.subscription("me").await.trouble), (None, None));
    }
}

#[tokio::test]
async fn a_restart_does_not_knock_at_a_shut_door() {
    let site = waiting().await;
    site.ntfy.stay(Fault::Status(401, ""));
    site.tick().await;
    let mut site = site;
    for _ in 0..5 {
        site = site.restart().await;
        site.tick().await;
    }
    assert_eq!(site.ntfy.knocks(), 1);
}

#[tokio::test]
async fn one_topic_that_is_forbidden_does_not_silence_the_others() {
    let site = Site::new().await;
    site.subscribe("you", alerts::Severity::Info).await;
    site.host("node1").await;
    site.wait(MINUTE * 3).await;
    site.ntfy.next([Fault::Status(403, "")]);
    site.tick().await;
    assert_eq!((site.ntfy.knocks(), site.ntfy.taken().len()), (2, 1));
}

#[tokio::test]
async fn one_provider_that_hangs_does_not_hold_up_another() {
    let site = waiting().await;
    let second = FakeNtfy::start().await;
    let now = site.now();
    let (provider, subscription) = (
        alerts::NewProvider {
            name: id("other"),
            kind: alerts::ProviderKind::Ntfy,
            url: second.url.parse().unwrap(),
            token_secret: None,
        },
        alerts::NewSubscription { name: id("you"), provider: id("other"), ..crate::site::subscription("x") },
    );
    site.write(move |tx| {
        Box::pin(async move {
            alerts::add_provider(tx, &provider, "anna", now).await?;
            alerts::add_subscription(tx, &subscription, "anna", now).await
        })
    })
    .await;
    site.ntfy.stay(Fault::Hang);
    site.host("node2").await;
    site.wait(MINUTE * 3).await;
    site.tick().await;
    assert_eq!(second.titles(), ["node2: agent missing"]);
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let elsewhere = FakeNtfy::start().await;
    let site = Site::deaf(settings()).await;
    site.set_secret("ntfy-token", "tk_very_secret\n").await;
    site.add_provider("phone", Some("ntfy-token")).await;
    site.subscribe("me", alerts::Severity::Info).await;
    site.ntfy.stay(Fault::Redirect(elsewhere.url.clone()));
    let result = site.alerts.test(&id("me")).await.unwrap();
    assert!(!result.delivered && result.answer.contains("redirects are not followed"), "{result:?}");
    assert_eq!(elsewhere.knocks(), 0);
}

#[tokio::test]
async fn nobody_at_the_address_is_tried_again() {
    let site = Site::deaf(settings()).await;
    // A port that was free a moment ago.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let provider = alerts::NewProvider {
        name: id("phone"),
        kind: alerts::ProviderKind::Ntfy,
        url: format!("http://{closed}").parse().unwrap(),
        token_secret: None,
    };
    let now = site.now();
    site.write(move |tx| Box::pin(async move { alerts::add_provider(tx, &provider, "anna", now).await }))
        .await;
    site.subscribe("me", alerts::Severity::Info).await;
    site.host("node1").await;
    site.live(MINUTE * 4).await;
    let status = site.subscription("me").await;
    assert!(status.waiting == 1 && status.trouble.is_none(), "{status:?}");
    assert!(status.last_error.unwrap().starts_with("can't connect"));
    let incident = site.incident().await;
    let delivery = &alerts::deliveries(site.store.readers(), &incident.id).await.unwrap()[0];
    assert_eq!((delivery.status, delivery.maybe_told), (DeliveryStatus::Waiting, false));
    assert!(delivery.attempts > 1);
}

#[tokio::test]
async fn the_background_delivers_by_itself_and_stops_when_told() {
    let site = waiting().await;
    let cancel = tokio_util::sync::CancellationToken::new();
    let (alerts, token) = (site.alerts.clone(), cancel.clone());
    let running = tokio::spawn(async move { alerts.run(token).await });
    let arrived = async {
        while site.ntfy.taken().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived).await.unwrap();
    cancel.cancel();
    tokio::time::timeout(Duration::from_secs(20), running).await.unwrap().unwrap();
}
