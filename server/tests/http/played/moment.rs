//! The server is killed in the moment in which the node's document is fetched: before it is used, after, and anywhere between.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sqlx::{Connection as _, SqliteConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Site, is_installed, is_refused};
use crate::scripted::{Script, Voice};
use crate::support::{expect, problem};

/// How many servers are killed somewhere between the request and the answer's end.
const BETWEEN: u32 = 8;

/// An installer's request for its node's document, whose answer nobody reads yet.
async fn asks_for_document(site: &Site, script: &Script) -> TcpStream {
    let address = site.server.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n", script.node);
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Whether anything of a document came before the server died.
async fn was_given(mut stream: TcpStream) -> bool {
    let mut came = Vec::new();
    // A server that is killed resets the connection: what came before that counts.
    stream.read_to_end(&mut came).await.ok();
    came.starts_with(b"HTTP/1.1 200")
}

/// The machine, armed anew, as far as the installer's request: with its generation.
async fn before_its_document(site: &Site, occasion: &str) -> (i64, Script, Voice) {
    let generation = site.machine.armed(&site.server, occasion).await;
    let script = site.machine.boots(&site.server).await;
    let voice = site.machine.comes_up(&site.server, &script).await;
    voice.says(&site.server, "disk-checked", "").await;
    (generation, script, voice)
}

/// What the installer is answered that asks once more, by the ticket that it has: whether it was given the document.
async fn is_given_now(site: &Site, script: &Script) -> Option<String> {
    let answer = site.machine.gets(&site.server, &script.node).await;
    if answer.status() == StatusCode::OK {
        return Some(expect(answer, StatusCode::OK).await);
    }
    problem(answer, StatusCode::FORBIDDEN).await;
    None
}

async fn is_used(site: &Site) -> bool {
    !site.machine.install(&site.server).await["consumed_at"].is_null()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_it_is_written_down_nothing_is_used_and_the_installer_asks_again() {
    let site = Site::new().await;
    let (_, script, voice) = before_its_document(&site, "first").await;
    // The database takes no word: so far the request comes, and no further.
    let file = site.dir.path().join("data/muster.db");
    let mut lock = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
    let request = asks_for_document(&site, &script).await;
    assert!(!is_used(&site).await);
    let dead = site.dies().await;
    assert!(!was_given(request).await, "what is not written down is not given out");
    sqlx::query("ROLLBACK").execute(&mut lock).await.unwrap();
    let mut site = dead.starts().await;
    assert!(!is_used(&site).await);
    assert_eq!(site.machine.state(&site.server).await, "armed");
    let document = is_given_now(&site, &script).await.expect("it was not used");
    is_refused(&site.server, &site.machine, &script).await;
    is_installed(&site.server, &mut site.machine, &voice, &document).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_it_is_written_down_it_is_used_whoever_read_it_and_tried_again_by_one_word() {
    let site = Site::new().await;
    let (_, script, _) = before_its_document(&site, "first").await;
    let request = asks_for_document(&site, &script).await;
    site.machine.installs(&site.server, |install| !install["consumed_at"].is_null()).await;
    let dead = site.dies().await;
    // Whether it came through or not: it is not given out again.
    let _ = was_given(request).await;
    let mut site = dead.starts().await;
    assert!(is_used(&site).await);
    assert_eq!(site.machine.state(&site.server).await, "installing");
    is_refused(&site.server, &site.machine, &script).await;
    assert!(!site.machine.asks(&site.server).await.contains("coreos.inst"), "it boots its own disk");

    let (generation, again, voice) = before_its_document(&site, "again").await;
    assert_eq!(generation, 2);
    assert_eq!(is_given_now(&site, &script).await, None, "that ticket is of the first");
    let document = is_given_now(&site, &again).await.expect("the second is not used");
    is_installed(&site.server, &mut site.machine, &voice, &document).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_between_it_is_either_used_or_given_out_afterwards_and_never_both() {
    let mut site = Site::new().await;
    // How long it takes here, undisturbed.
    let (_, script, _) = before_its_document(&site, "first").await;
    let began = Instant::now();
    assert!(was_given(asks_for_document(&site, &script).await).await);
    let took: Duration = began.elapsed();
    let mut last = None;
    for part in 0..=BETWEEN {
        let (generation, script, voice) = before_its_document(&site, "again").await;
        assert_eq!(generation, i64::from(part) + 2);
        let request = asks_for_document(&site, &script).await;
        // Wherever that is: what follows holds for all of them.
        tokio::time::sleep(took * part / BETWEEN).await;
        let dead = site.dies().await;
        let given = was_given(request).await;
        site = dead.starts().await;
        let used = is_used(&site).await;
        assert!(used || !given, "generation {generation} was given out and is not used");
        let document = is_given_now(&site, &script).await;
        assert_eq!(document.is_some(), !used, "generation {generation}");
        assert_eq!(is_given_now(&site, &script).await, None, "generation {generation}");
        last = document.map(|document| (voice, document));
    }
    let (voice, document) = match last {
        Some(last) => last,
        None => {
            let (_, script, voice) = before_its_document(&site, "again").await;
            (voice, is_given_now(&site, &script).await.unwrap())
        }
    };
    is_installed(&site.server, &mut site.machine, &voice, &document).await;
}
