//! What a key may do, and to whom it is shown.

use fake_opnsense::{Options, User};
use serde_json::json;

use super::{LAN, Place};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_key_lacks_is_named_as_the_firewalls_page_names_it() {
    let privileges =
        ["page-system-login-logout", "page-status-interfaces", "page-diagnostics-configurationhistory"];
    let weak = User::new("weak", &privileges);
    let place = Place::with(Options { users: vec![weak.clone()], ..Options::default() }).await;
    let (url, pin) = (place.fake.url(), place.fake.fingerprint());
    let args = [&["gateway", "add", "opnsense", &url, "--fingerprint", &pin][..], &LAN].concat();
    let environment = [("MUSTER_GATEWAY_KEY", weak.key), ("MUSTER_GATEWAY_SECRET", weak.secret)];
    let said = place.muster_with(&args, &environment).await;
    assert_eq!(said.code, Some(1), "{}", said.err);
    for line in [
        "✓ Diagnostics: Configuration History",
        "✗ Services: Dnsmasq DNS/DHCP: Settings",
        "System › Access › Users",
    ] {
        assert!(said.err.contains(line), "{line}: {}", said.err);
    }
    assert_eq!(place.get("/api/v1/secrets").await, json!([]), "nothing is kept");

    // A wrong key, another certificate, nobody there.
    let wrong = place.failed(&args).await;
    assert!(wrong.contains("does not take this key"), "{wrong}");
    let other = "ab".repeat(32);
    let args = [&["gateway", "add", "opnsense", &url, "--fingerprint", &other][..], &LAN].concat();
    let certificate = place.failed(&args).await;
    assert!(certificate.contains("certificate") && certificate.contains(&pin), "{certificate}");
    let args =
        [&["gateway", "add", "opnsense", "https://127.0.0.1:9", "--fingerprint", &pin][..], &LAN].concat();
    let nobody = place.failed(&args).await;
    assert!(nobody.contains("can't reach https://127.0.0.1:9"), "{nobody}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_not_demanded_of_a_key_for_addresses() {
    let user = User::new(
        "least",
        &["page-system-login-logout", "page-diagnostics-configurationhistory", "page-services-dnsforwarder"],
    );
    let place = Place::with(Options { users: vec![user.clone()], ..Options::default() }).await;
    let (url, pin) = (place.fake.url(), place.fake.fingerprint());
    let environment = [("MUSTER_GATEWAY_KEY", user.key), ("MUSTER_GATEWAY_SECRET", user.secret)];
    let args = [&["gateway", "add", "opnsense", &url, "--fingerprint", &pin][..], &LAN].concat();
    let said = place.muster_with(&args, &environment).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("✗ Services: Unbound (for names; it goes without)"), "{}", said.err);
    assert!(!place.fake.rows("dnsmasq.dhcp_boot").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_exchanged_without_a_restart() {
    let [old, new] = [User::muster(), User::root()];
    let place = Place::new().await;
    place.add().await;
    let value = format!("{}:{}", new.key, new.secret);
    let set = place.server.operator(reqwest::Method::PUT, "/api/v1/secrets/gateway.opnsense").body(value);
    crate::support::expect(set.send().await.unwrap(), reqwest::StatusCode::OK).await;
    place.fake.forget_requests();
    place.done(&["gateway", "plan", "opnsense"]).await;
    let users: Vec<String> = place.fake.requests().into_iter().filter_map(|it| it.user).collect();
    assert!(
        !users.is_empty() && users.iter().all(|user| *user == new.name && *user != old.name),
        "{users:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_changed_is_refused_until_it_is_said_to_be_right() {
    let place = Place::new().await;
    place.add().await;
    let new = place.fake.change_certificate();
    let refused = place.failed(&["gateway", "plan", "opnsense"]).await;
    assert!(refused.contains("certificate") && refused.contains(&new), "{refused}");
    place.done(&["gateway", "set", "opnsense", "--fingerprint", &new]).await;
    let plan = place.done(&["gateway", "plan", "opnsense"]).await;
    assert!(plan.contains("Nothing to change"), "{plan}");
}
