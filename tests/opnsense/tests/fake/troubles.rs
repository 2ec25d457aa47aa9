//! Everything that can be made to go wrong.

use std::net::TcpStream;
use std::time::Duration;

use fake_opnsense::{FakeOpnSense, Options, Trouble, User, When};
use serde_json::json;

use crate::client::{Client, run};

const SOON: Duration = Duration::from_secs(20);

fn names(fake: &FakeOpnSense) -> Vec<String> {
    fake.rows("dnsmasq.dhcp_tags").iter().map(|row| row.field("tag").to_owned()).collect()
}

async fn tag(client: &Client, name: &str) -> reqwest::Result<u16> {
    let request = client.posting("dnsmasq/settings/addTag", &json!({"tag": {"tag": name}}));
    Ok(Client::try_send(request.timeout(SOON)).await?.status)
}

#[test]
fn a_connection_that_ends_leaves_open_whether_it_was_done() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let when = || When::path("dnsmasq/settings/addTag").post();
        fake.trouble(when().nth(2).once(), Trouble::DropBefore);
        fake.trouble(when().nth(3).once(), Trouble::DropAfter);
        assert_eq!(tag(&client, "a").await.unwrap(), 200);
        assert!(tag(&client, "b").await.is_err() && tag(&client, "c").await.is_err());
        assert_eq!(tag(&client, "d").await.unwrap(), 200);
        assert_eq!(names(&fake), ["a", "c", "d"]);
        let told: Vec<_> = fake.requests().iter().map(|one| one.status).collect();
        assert_eq!(told, [Some(200), None, None, Some(200)]);
        assert_eq!(fake.writes(), ["dnsmasq/settings/addTag"; 4]);
        fake.forget_requests();
        assert!(fake.requests().is_empty());
    });
}

#[test]
fn it_can_be_slow_and_it_can_hang() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        fake.trouble(When::path("dnsmasq/*/status"), Trouble::Delay(Duration::from_millis(30)));
        assert_eq!(client.get("dnsmasq/service/status").await.status, 200);
        for (what, name) in [(Trouble::Hang, "undone"), (Trouble::HangAfter, "done")] {
            fake.trouble(When::writing().once(), what);
            let body = json!({"tag": {"tag": name}});
            let request =
                client.posting("dnsmasq/settings/addTag", &body).timeout(Duration::from_millis(300));
            assert!(Client::try_send(request).await.unwrap_err().is_timeout());
        }
        // Whatever hangs does not keep others waiting.
        assert_eq!(tag(&client, "next").await.unwrap(), 200);
        assert_eq!(names(&fake), ["done", "next"]);
    });
}

#[test]
fn it_answers_something_else_once_or_always() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        fake.trouble(When::path("dnsmasq/settings/get").once(), Trouble::Html(502));
        let reply = client.get("dnsmasq/settings/get").await;
        assert_eq!((reply.status, reply.content_type.as_str()), (502, "text/html; charset=UTF-8"));
        assert_eq!(client.get("dnsmasq/settings/get").await.status, 200);
        for status in [302, 401, 403, 404, 411, 500] {
            fake.trouble(When::path("unbound/*"), Trouble::Status(status));
            for _ in 0..2 {
                assert_eq!(client.get("unbound/service/status").await.status, status);
            }
            fake.heal();
        }
        assert_eq!(client.get("unbound/service/status").await.status, 200);
    });
}

#[test]
fn it_goes_down_and_comes_up_with_all_that_was_saved() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        tag(&client, "kept").await.unwrap();
        fake.down();
        assert!(TcpStream::connect(fake.address()).is_err());
        assert!(tag(&client, "lost").await.is_err());
        fake.up();
        assert_eq!(tag(&client, "after").await.unwrap(), 200);
        fake.trouble(When::writing().once(), Trouble::Restart(Duration::from_millis(200)));
        assert!(tag(&client, "during").await.is_err());
        let deadline = std::time::Instant::now() + SOON;
        while tag(&client, "again").await.is_err() {
            assert!(std::time::Instant::now() < deadline, "it does not come up");
        }
        assert_eq!(names(&fake), ["kept", "after", "again"]);
    });
}

#[test]
fn saves_are_lost_or_there_is_no_room_for_them() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        fake.trouble(When::writing().once(), Trouble::LostUpdate);
        fake.trouble(When::writing().nth(2).once(), Trouble::DiskFull);
        assert_eq!(tag(&client, "lost").await.unwrap(), 200);
        assert_eq!(fake.revisions()[0].user, "admin@192.168.1.77");
        assert_eq!(tag(&client, "noroom").await.unwrap(), 500);
        assert_eq!(tag(&client, "kept").await.unwrap(), 200);
        assert_eq!(names(&fake), ["kept"]);
    });
}

#[test]
fn somebody_edits_while_we_do() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let client = Client::root(&fake);
        let hand = |name: &'static str| {
            Box::new(move |desk: &mut fake_opnsense::Desk<'_>| {
                desk.post("dnsmasq/settings/addTag", &json!({"tag": {"tag": name}}));
            })
        };
        fake.trouble(When::writing().once(), Trouble::Before(hand("before")));
        fake.trouble(When::writing().nth(2).once(), Trouble::After(hand("after")));
        for name in ["first", "second"] {
            assert_eq!(tag(&client, name).await.unwrap(), 200);
        }
        assert_eq!(names(&fake), ["before", "first", "second", "after"]);
        let users: Vec<String> = fake.revisions().iter().take(4).map(|one| one.user.clone()).collect();
        assert_eq!(users, ["admin@192.168.1.77", "root@127.0.0.1", "root@127.0.0.1", "admin@192.168.1.77"]);
    });
}

#[test]
fn its_certificate_becomes_another_one() {
    run(async {
        let fake = FakeOpnSense::start(Options::default());
        let (client, pinned) = (Client::root(&fake), Client::root(&fake));
        assert_eq!(tag(&client, "a").await.unwrap(), 200);
        let before = fake.fingerprint();
        assert_ne!(fake.change_certificate(), before);
        let error = format!("{:?}", tag(&pinned, "b").await.unwrap_err());
        assert!(error.contains("fingerprint") || error.contains("Mismatch"), "{error}");
        assert_eq!(tag(&Client::root(&fake), "c").await.unwrap(), 200);
        assert_eq!(names(&fake), ["a", "c"]);
        assert!(fake.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    });
}

#[test]
fn its_folder_is_taken_up_again() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let options = || Options { folder: Some(folder.path().to_owned()), ..Options::default() };
        let fake = FakeOpnSense::start(options());
        tag(&Client::root(&fake), "kept").await.unwrap();
        drop(fake);
        assert!(
            std::fs::read_to_string(folder.path().join("config.xml")).unwrap().contains("<tag>kept</tag>")
        );
        let fake = FakeOpnSense::start(options());
        assert_eq!(names(&fake), ["kept"]);
        let taken = FakeOpnSense::try_start(Options { listen: fake.address(), ..Options::default() });
        assert!(taken.err().unwrap().contains(&fake.address().to_string()));
        assert_eq!(User::root().name, "root");
    });
}
