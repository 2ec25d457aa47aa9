//! Against the fake OPNsense, whose models check what is saved as the real ones do.

use std::sync::Arc;
use std::time::Duration;

use fake_opnsense::{FakeOpnSense, Options, Release, Trouble, User, When};
use gateway::opnsense::{Credential, OpnSense, Trust, Waits, shown_certificate};
use gateway::wish::Wish;
use gateway::{Action, Change, Gateway as _, GatewayError, Kind, Reading, Service, ServiceState, SiteId};
use serde_json::json;
use uuid::Uuid;

use crate::transcripts::change;

mod examined;
mod kept;
mod trusted;

const ALL: [Service; 4] = [Service::Firewall, Service::Dnsmasq, Service::Unbound, Service::Haproxy];
const SITE: SiteId = SiteId(Uuid::from_u128(7 << 96));
const WISH: &str = include_str!("wish.toml");

fn credential(user: &User) -> Credential {
    Credential::parse(&format!("{}:{}", user.key, user.secret)).unwrap()
}

fn waits() -> Waits {
    Waits {
        answer: Duration::from_secs(20),
        running: Duration::from_secs(3),
        poll: Duration::from_millis(50),
        ..Waits::default()
    }
}

fn client_with(fake: &FakeOpnSense, user: &User, waits: Waits) -> OpnSense {
    let trust = Trust::Pin(fake.fingerprint().parse().unwrap());
    OpnSense::connect_with(fake.url().parse().unwrap(), &trust, Arc::new(credential(user)), waits).unwrap()
}

fn client(fake: &FakeOpnSense) -> OpnSense {
    client_with(fake, &User::muster(), waits())
}

/// What makes a wish so on a gateway that has nothing of it.
fn changes(client: &OpnSense, reading: &Reading) -> Vec<Change> {
    let wish: Wish = Wish::from_toml(WISH).unwrap();
    let wanted = [
        client.dhcp().unwrap().word_dhcp(&SITE, &wish.dhcp, reading),
        client.dns().unwrap().word_records(&SITE, &wish.dns, reading),
        client.balancer().unwrap().word_balancers(&SITE, &wish.balancers, reading),
    ];
    let mut changes = Vec::new();
    for wanted in wanted {
        assert_eq!(wanted.conflicts, []);
        changes.extend(wanted.objects.into_iter().map(|object| Change {
            service: object.kind.service(),
            action: if object.kind.is_settings() { Action::Update } else { Action::Create },
            kind: object.kind,
            id: object.id,
            name: object.name,
            before: None,
            after: Some(object.fields),
            because: None,
        }));
    }
    changes.sort_by_key(|change| change.kind);
    changes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_is_made_so_reads_back_so_and_runs() {
    for release in [Release::V25_7_11, Release::V26_1_11, Release::V26_7_2] {
        let fake = FakeOpnSense::start(Options::new(release));
        let client = client(&fake);
        let before = client.read(&ALL).await.unwrap();
        assert_eq!(
            (before.facts.version.as_str(), &before.facts.unread),
            (release.to_string().as_str(), &Default::default())
        );
        let changes = changes(&client, &before);
        for change in &changes {
            client.write(change).await.unwrap();
        }
        let since = client.revisions_since(before.revision.as_ref().unwrap()).await.unwrap().unwrap();
        assert!(since.len() >= changes.len() && since.iter().all(|since| since.ours), "{since:?}");
        for service in ALL {
            client.check(service).await.unwrap();
            assert_eq!(client.activate(service).await.unwrap(), ServiceState::Running, "{service}");
        }
        let after = client.read(&ALL).await.unwrap();
        for change in &changes {
            let found = match change.id {
                Some(id) => after.object(change.kind, id).unwrap(),
                None => after.of(change.kind).next().unwrap(),
            };
            for (name, value) in change.after.as_ref().unwrap() {
                assert_eq!(found.field(name), value, "{release} {} {name}", change.name);
            }
        }
        assert_eq!(after.facts.unapplied, Default::default(), "{release}");
        assert!(
            ALL.iter().all(|service| after.services[service] == ServiceState::Running),
            "{:?}",
            after.services
        );
        assert!(fake.dnsmasq_file().contains("ipxe.efi"), "{}", fake.dnsmasq_file());
        assert!(fake.haproxy_file().contains("6443"), "{}", fake.haproxy_file());
        // Made a second time it changes nothing, and in reverse it is all gone.
        for change in changes.iter().rev() {
            client.write(change).await.unwrap();
        }
        for change in changes.iter().rev().filter(|change| change.id.is_some()) {
            client.write(&change.inverse()).await.unwrap();
        }
        let undone = client.read(&ALL).await.unwrap();
        let objects = |reading: &Reading| {
            reading.found.iter().filter(|found| !found.kind.is_settings()).cloned().collect::<Vec<_>>()
        };
        assert_eq!(objects(&undone), objects(&before), "{release}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_brings_dnsmasq_down_is_seen_behind_the_ok_and_taken_back() {
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    let id = SITE.object(Kind::Range, "bad").to_string();
    let range = [
        ("interface", "lan"),
        ("start_addr", "192.168.1.200"),
        ("end_addr", "192.168.1.210"),
        ("lease_time", "-5"),
    ];
    let range = change(Action::Create, Kind::Range, &id, &range);
    client.write(&range).await.unwrap();
    let error = client.activate(Service::Dnsmasq).await.unwrap_err();
    assert!(matches!(error, GatewayError::Down { service: Service::Dnsmasq, .. }), "{error}");
    client.write(&range.inverse()).await.unwrap();
    assert_eq!(client.activate(Service::Dnsmasq).await.unwrap(), ServiceState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_backends_of_one_name_are_found_before_and_behind_the_ok() {
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    client
        .write(&change(Action::Update, Kind::HaproxySettings, "", &[("general.enabled", "1")]))
        .await
        .unwrap();
    client.activate(Service::Haproxy).await.unwrap();
    for name in ["one", "two"] {
        let id = SITE.object(Kind::Backend, name).to_string();
        let fields = [
            ("name", "same"),
            ("mode", "tcp"),
            ("algorithm", "roundrobin"),
            ("persistence", ""),
            ("enabled", "1"),
        ];
        client.write(&change(Action::Create, Kind::Backend, &id, &fields)).await.unwrap();
    }
    let unapplied = client.read(&[Service::Haproxy]).await.unwrap().facts.unapplied;
    let error = client.check(Service::Haproxy).await.unwrap_err();
    assert!(
        matches!(&error, GatewayError::Refused { .. }) && error.to_string().contains("[ALERT]"),
        "{error}"
    );
    let error = client.activate(Service::Haproxy).await.unwrap_err();
    assert!(
        matches!(&error, GatewayError::Down { .. }) && error.to_string().contains("old configuration"),
        "{error}"
    );
    assert!(unapplied[&Service::Haproxy][0].contains("differs from the one in force"), "{unapplied:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_meanwhile_is_theirs() {
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    let before = client.read(&[Service::Dnsmasq]).await.unwrap();
    let tag = change(Action::Create, Kind::Tag, &SITE.object(Kind::Tag, "a").to_string(), &[("tag", "a")]);
    let settings = change(Action::Update, Kind::DnsmasqSettings, "", &[("dhcp.lease_max", "2000")]);
    client.write(&tag).await.unwrap();
    client.write(&settings).await.unwrap();
    fake.human("alice", |desk| {
        desk.post("dnsmasq/settings/set", &json!({"dnsmasq": {"dhcp": {"lease_max": "2000"}}}));
        desk.post("dnsmasq/settings/addTag", &json!({"tag": {"tag": "hers"}}));
    });
    let since = client.revisions_since(before.revision.as_ref().unwrap()).await.unwrap().unwrap();
    let ours: Vec<bool> = since.iter().map(|since| since.ours).collect();
    assert_eq!(ours, [true, true, false, false], "{since:?}");
    assert!(since[2].revision.by.starts_with("alice@"), "{since:?}");
    // Hers would go live with ours, and it is said.
    let after = client.read(&[Service::Dnsmasq]).await.unwrap();
    let sentence = &after.facts.unapplied[&Service::Dnsmasq][0];
    assert!(
        sentence.starts_with("2 changes of dnsmasq by others") && sentence.contains("alice@"),
        "{sentence}"
    );
    client.activate(Service::Dnsmasq).await.unwrap();
    assert_eq!(client.read(&[Service::Dnsmasq]).await.unwrap().facts.unapplied, Default::default());
    // The whole is put back, and that is ours again.
    client.revert(before.revision.as_ref().unwrap()).await.unwrap();
    assert!(fake.rows("dnsmasq.dhcp_tags").iter().all(|tag| tag.field("tag") != "hers"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_by_hand_has_no_id_that_lasts() {
    let fake = FakeOpnSense::start(Options::default());
    let release = Release::V26_1_11;
    fake.human("alice", |desk| {
        desk.by_hand(|config| {
            let id = config.add("dnsmasq.dhcp_tags", release, &[("tag", "byhand")]);
            let tag = config
                .tables
                .get_mut("dnsmasq.dhcp_tags")
                .unwrap()
                .iter_mut()
                .find(|tag| tag.uuid == Some(id));
            tag.unwrap().uuid = None;
            config.add("dnsmasq.dhcp_tags", release, &[("tag", "bypage")]);
        });
    });
    let reading = client(&fake).read(&[Service::Dnsmasq]).await.unwrap();
    let ids: Vec<(&str, bool)> =
        reading.of(Kind::Tag).map(|tag| (tag.field("tag"), tag.id.is_some())).collect();
    assert_eq!(ids, [("byhand", false), ("bypage", true)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_a_write_it_is_done_or_said() {
    let done = |trouble: Trouble| (trouble, true);
    let said = |trouble: Trouble| (trouble, false);
    for (trouble, good) in [
        done(Trouble::DropBefore),
        done(Trouble::DropAfter),
        done(Trouble::Hang),
        done(Trouble::HangAfter),
        done(Trouble::LostUpdate),
        done(Trouble::Delay(Duration::from_millis(50))),
        said(Trouble::Html(502)),
        said(Trouble::Html(200)),
        said(Trouble::Status(302)),
        said(Trouble::Status(401)),
        said(Trouble::Status(403)),
        said(Trouble::Status(404)),
        said(Trouble::Status(411)),
        said(Trouble::Status(500)),
        said(Trouble::DiskFull),
    ] {
        let fake = FakeOpnSense::start(Options::default());
        let impatient = Waits { answer: Duration::from_secs(2), ..waits() };
        let client = client_with(&fake, &User::muster(), impatient);
        let id = SITE.object(Kind::Tag, "bios");
        let tag = change(Action::Create, Kind::Tag, &id.to_string(), &[("tag", "bios")]);
        fake.trouble(When::writing().once(), trouble);
        let outcome = client.write(&tag).await;
        assert_eq!(outcome.is_ok(), good, "{outcome:?}");
        fake.heal();
        // Whatever it was, the same again heals it, and there is one of it.
        client.write(&tag).await.unwrap();
        let tags = client.read(&[Service::Dnsmasq]).await.unwrap();
        assert_eq!(tags.of(Kind::Tag).filter(|tag| tag.id == Some(id)).count(), 1);
        assert_eq!(tags.of(Kind::Tag).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firewall_that_restarts_is_waited_for_by_nobody_and_found_again() {
    let fake = FakeOpnSense::start(Options::default());
    let client = client(&fake);
    let before = client.read(&ALL).await.unwrap();
    fake.down();
    let error = client.read(&ALL).await.unwrap_err();
    assert!(matches!(error, GatewayError::Unreachable { .. }), "{error}");
    fake.up();
    assert_eq!(client.read(&ALL).await.unwrap().found, before.found);
}
