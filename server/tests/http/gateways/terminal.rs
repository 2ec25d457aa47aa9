//! On a terminal: a real one, as `script` makes it. What is typed where it should not show does not show.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_opnsense::User;
use reqwest::Method;
use serde_json::json;

use super::Place;

/// A command on a terminal, and somebody who types.
struct Session {
    child: Child,
    seen: Arc<Mutex<Vec<u8>>>,
    read: usize,
}

impl Session {
    fn start(place: &Place, args: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_muster");
        let (base, token) = (&place.server.base, &place.server.token);
        let line = format!("{program} --server {base} --token {token} {args}");
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--flush", "--command", &line, "/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut piece) {
                kept.lock().unwrap().extend_from_slice(&piece[..count]);
            }
        });
        Self { child, seen, read: 0 }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    /// Waits for this to be asked, and types that.
    fn answer(&mut self, question: &str, answer: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let text = self.text();
            if let Some(at) = text.get(self.read..).and_then(|rest| rest.find(question)) {
                self.read += at + question.len();
                break;
            }
            assert!(Instant::now() < deadline, "{question:?} was not asked: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
        writeln!(self.child.stdin.as_mut().unwrap(), "{answer}").unwrap();
    }

    /// How it ended, and all that showed.
    fn end(mut self) -> (bool, String) {
        let status = self.child.wait().unwrap();
        (status.success(), self.text())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_from_the_address_to_a_firewall_that_is_set_up() {
    let place = Place::new().await;
    let user = User::muster();
    let command = format!("gateway add opnsense {}", place.fake.url());
    let (secret, key) = (user.secret.clone(), user.key.clone());
    let place = Arc::new(place);
    let at = Arc::clone(&place);
    let (went_well, text) = tokio::task::spawn_blocking(move || {
        let mut session = Session::start(&at, &command);
        session.answer("own certificate? [y/N]", "y");
        session.answer("Key of the gateway's API:", &key);
        session.answer("Its secret:", &secret);
        session.answer("Number:", "7");
        session.answer("Number:", "3");
        session.answer("Muster's address on the machines' network", "10.20.0.10");
        session.answer("Addresses to give out", "");
        session.answer("For how long", "2h");
        session.answer("Domain that machines are told", "lab.example");
        session.answer("Which of these boot", "");
        session.answer("Apply it? [y/N]", "y");
        session.end()
    })
    .await
    .unwrap();
    assert!(went_well, "{text}");
    for shown in [
        &place.fake.fingerprint(),
        "✓ Services: Dnsmasq DNS/DHCP: Settings",
        "That is none of 1 to 3.",
        "10.20.0.133-10.20.0.254",
        "+ range",
        "✓ make boot",
        "Not proved yet: this machine has no card in 10.20.0.0/24",
        "muster doctor boot --interface CARD --arch 0",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(
        !text.contains(&user.key) && !text.contains(&user.secret),
        "what was typed secretly shows: {text}"
    );
    let plan = place.done(&["gateway", "plan", "opnsense"]).await;
    assert!(plan.contains("Nothing to change"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_changes_nothing() {
    let place = Arc::new(Place::new().await);
    let at = Arc::clone(&place);
    let command = format!("gateway add opnsense {}", place.fake.url());
    let (went_well, text) = tokio::task::spawn_blocking(move || {
        let mut session = Session::start(&at, &command);
        session.answer("own certificate? [y/N]", "");
        session.end()
    })
    .await
    .unwrap();
    assert!(!went_well && text.contains("not trusted: nothing was done"), "{text}");
    place.add().await;
    let boot = place.fake.rows("dnsmasq.dhcp_boot").remove(0).uuid.unwrap();
    place.fake.human("anna@192.168.1.77", |desk| {
        desk.post(&format!("dnsmasq/settings/setBoot/{boot}"), &json!({"boot": {"filename": "other.kpxe"}}))
    });
    place.fake.forget_requests();
    let at = Arc::clone(&place);
    let (went_well, text) = tokio::task::spawn_blocking(move || {
        let mut session = Session::start(&at, "gateway apply opnsense");
        session.answer("Apply it? [y/N]", "n");
        session.end()
    })
    .await
    .unwrap();
    assert!(!went_well && text.contains("not applied"), "{text}");
    assert!(place.fake.writes().is_empty(), "{:?}", place.fake.writes());
    let shown = place.server.operator(Method::GET, "/api/v1/gateways/opnsense/applies").send().await.unwrap();
    let applies: serde_json::Value = shown.json().await.unwrap();
    assert_eq!(applies.as_array().unwrap().len(), 1, "{applies}");
}
