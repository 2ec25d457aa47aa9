//! Providers, subscriptions, secrets, lists: what an operator does, and does wrongly.

use alerts::{AlertsError, IncidentFilter, NewProvider, NewSubscription, ProviderKind, Severity, Span};
use events::Kind;

use crate::fake_ntfy::Fault;
use crate::site::{MINUTE, Site, id, settings, subscription};

#[tokio::test]
async fn a_token_goes_into_the_header_and_nowhere_else() {
    let site = Site::deaf(settings()).await;
    site.set_secret("ntfy-token", "tk_very_secret\n").await;
    site.add_provider("phone", Some("ntfy-token")).await;
    site.subscribe("me", Severity::Info).await;
    let result = site.alerts.test(&id("me")).await.unwrap();
    assert!(result.delivered, "{result:?}");
    let [message] = &site.ntfy.taken()[..] else { panic!() };
    assert_eq!(message.authorization.as_deref(), Some("Bearer tk_very_secret"));
    assert_eq!((message.title.as_str(), message.topic.as_str()), ("Muster: test", "alerts-x7f3k9q2"));
    let status = site.subscription("me").await;
    assert_eq!(status.last_ok_at, Some(site.now()));
    let all = events::after(site.store.readers(), 0, 100).await.unwrap();
    assert!(
        !format!("{all:?} {status:?} {message:?}").replace("Bearer tk_very_secret", "").contains("tk_very")
    );
}

#[tokio::test]
async fn a_token_that_can_not_be_had_is_said() {
    let site = Site::deaf(settings()).await;
    site.set_secret("ntfy-token", "tk_very\nsecret").await;
    site.add_provider("phone", Some("ntfy-token")).await;
    site.subscribe("me", Severity::Info).await;
    let result = site.alerts.test(&id("me")).await.unwrap();
    assert!(!result.delivered && result.answer.contains("characters that no token has"), "{result:?}");
    let remove = "DELETE FROM secret";
    site.write::<_, store::StoreError, _>(move |tx| {
        Box::pin(async move { Ok(sqlx::query(remove).execute(tx).await?) })
    })
    .await;
    let result = site.alerts.test(&id("me")).await.unwrap();
    assert!(result.answer.contains("there is no secret called ntfy-token"), "{result:?}");
    assert_eq!(site.ntfy.knocks(), 0);
}

#[tokio::test]
async fn a_test_tells_what_the_server_answered() {
    let site = Site::with(alerts::Settings { send_timeout: Span::secs(1), ..settings() }).await;
    for (fault, says) in [
        (Fault::Status(401, ""), "is the token right?"),
        (Fault::Status(403, ""), "may the token write to this topic?"),
        (Fault::Status(429, ""), "429"),
        (Fault::Hang, "no answer in time"),
        (Fault::TakeAndBreak, "broke off"),
        (Fault::Gibberish, "is an ntfy server at this address?"),
    ] {
        site.ntfy.next([fault]);
        let result = site.alerts.test(&id("me")).await.unwrap();
        assert!(!result.delivered && result.answer.contains(says), "{says}: {result:?}");
    }
    let error = site.alerts.test(&id("nobody")).await.unwrap_err();
    assert!(matches!(error, AlertsError::NoSubscription(_)), "{error}");
}

#[tokio::test]
async fn mistakes_are_named() {
    let site = Site::new().await;
    let provider = |name: &str, secret: Option<&str>| NewProvider {
        name: id(name),
        kind: ProviderKind::Ntfy,
        url: site.ntfy.url.parse().unwrap(),
        token_secret: secret.map(|name| name.parse().unwrap()),
    };
    let now = site.now();
    for (new, says) in [
        (provider("phone", None), "there is a provider called phone already"),
        (provider("other", Some("no-such")), "muster secret set no-such"),
    ] {
        let added = site
            .store
            .write(move |tx| Box::pin(async move { alerts::add_provider(tx, &new, "anna", now).await }));
        assert!(added.await.unwrap_err().to_string().contains(says));
    }
    for (new, says) in [
        (subscription("me"), "there is a subscription called me already"),
        (NewSubscription { provider: id("no-such"), ..subscription("x") }, "no provider called no-such"),
        (NewSubscription { rule_prefix: Some("tmp.".into()), ..subscription("x") }, "\"tmp.\""),
    ] {
        let added = site
            .store
            .write(move |tx| Box::pin(async move { alerts::add_subscription(tx, &new, "anna", now).await }));
        assert!(added.await.unwrap_err().to_string().contains(says));
    }
    for json in [
        r#"{"name":"x","provider":"phone","topic":"a/b"}"#,
        r#"{"name":"x","provider":"phone","topic":"a","min_severty":"crit"}"#,
        r#"{"name":"../x","provider":"phone","topic":"a"}"#,
    ] {
        assert!(serde_json::from_str::<NewSubscription>(json).is_err(), "{json}");
    }
}

#[tokio::test]
async fn what_is_in_use_stays() {
    let site = Site::deaf(settings()).await;
    site.set_secret("ntfy-token", "tk").await;
    site.add_provider("phone", Some("ntfy-token")).await;
    site.subscribe("me", Severity::Info).await;
    let secret = "ntfy-token".parse().unwrap();
    let users: Vec<String> = site
        .write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { alerts::uses_secret(tx, &secret).await })
        })
        .await;
    assert_eq!(users, ["the provider phone"]);
    let now = site.now();
    let remove = || {
        site.store.write(move |tx| {
            Box::pin(async move { alerts::remove_provider(tx, &id("phone"), "anna", now).await })
        })
    };
    let error = remove().await.unwrap_err().to_string();
    assert!(error.contains("in use by the subscriptions me"), "{error}");
    site.write(move |tx| {
        Box::pin(async move { alerts::remove_subscription(tx, &id("me"), "anna", now).await })
    })
    .await;
    remove().await.unwrap();
    assert!(matches!(remove().await, Err(AlertsError::NoProvider(_))));
    let events = events::after(site.store.readers(), 0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.kind == Kind::AlertingChanged).count(), 4);
}

#[tokio::test]
async fn incidents_are_listed_page_by_page_and_by_filter() {
    let site = Site::deaf(settings()).await;
    for number in 0..7 {
        let host = site.host(&format!("node{number}")).await;
        site.wait(MINUTE * 3).await;
        site.beat(&host).await;
        if number % 2 == 0 {
            site.beat(&host).await;
        }
    }
    let readers = site.store.readers();
    let all = IncidentFilter::default();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = alerts::incidents(readers, &all, cursor.as_ref(), 3).await.unwrap();
        assert!(page.items.len() <= 3);
        seen.extend(page.items.into_iter().map(|incident| incident.id));
        match page.next {
            Some(next) => cursor = Some(next.parse().unwrap()),
            None => break,
        }
    }
    let everything = site.incidents().await;
    assert_eq!(seen, everything.iter().map(|incident| incident.id.clone()).collect::<Vec<_>>());
    let count = async |filter: IncidentFilter| {
        alerts::incidents(readers, &filter, None, 500).await.unwrap().items.len()
    };
    let open = site.open().await.len();
    assert!(open > 0 && open < everything.len());
    assert_eq!(count(IncidentFilter { state: Some(alerts::IncidentState::Open), ..all.clone() }).await, open);
    assert_eq!(
        count(IncidentFilter { rule_prefix: Some("agent.".into()), ..all.clone() }).await,
        everything.len()
    );
    assert_eq!(count(IncidentFilter { rule_prefix: Some("agent_".into()), ..all.clone() }).await, 0);
    assert_eq!(
        count(IncidentFilter { min_severity: Some(Severity::Crit), ..all.clone() }).await,
        everything.iter().filter(|incident| incident.severity == Severity::Crit).count()
    );
    let host = everything[0].host.clone();
    assert_eq!(
        count(IncidentFilter { host: host.clone(), ..all.clone() }).await,
        everything.iter().filter(|incident| incident.host == host).count()
    );
    let counts = alerts::open_counts(readers).await.unwrap();
    assert_eq!(counts.values().map(|open| open.count).sum::<i64>(), i64::try_from(open).unwrap());
}
