//! A choice is changed while machines boot: those that hold a script get what it names, and strangers get it no longer than
//! that takes.

use std::time::Duration;

use boot::assets::LINGERS;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestServer, asset_id, expect};

const MAC: &str = "3c:ec:ef:00:00:01";

async fn status(server: &TestServer, path: &str) -> StatusCode {
    server.request(Method::GET, path).send().await.unwrap().status()
}

/// The files of this server that a script names.
fn named(script: &str, base: &str) -> Vec<String> {
    let words = script.split_whitespace();
    let files =
        words.filter_map(|word| word.split_once(base)?.1.strip_prefix('/').map(|path| format!("/{path}")));
    files.filter(|path| path.starts_with("/boot/image/") || path.starts_with("/boot/asset/")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_in_the_middle_of_its_boot_gets_what_its_script_names() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let files = named(&server.script(MAC).await, &server.base);
    assert!(files.len() >= 2, "{files:?}");
    let centos = json!({"by": "centos", "stream": "9", "repo": "http://mirror.lan/os"});
    expect(server.choose(&centos).await, StatusCode::OK).await;
    assert_eq!(named(&server.script(MAC).await, &server.base), [] as [&str; 0]);
    let all: Vec<Value> = server.read("/api/v1/assets").await.as_array().unwrap().clone();
    assert_eq!(all.len(), 3);
    for asset in &all {
        let until = asset["lingers_until"].as_i64().unwrap();
        assert_eq!(
            (asset["in_use"].as_bool(), until),
            (Some(false), 1_795_257_600_000 + 1_800_000),
            "{asset}"
        );
    }
    // Nor is anything of it taken off meanwhile, whatever is asked for.
    let ids: Vec<&Value> = all.iter().map(|asset| &asset["id"]).collect();
    let prune = async || {
        let pruned = server.operator(Method::POST, "/api/v1/assets/prune").json(&json!({ "assets": ids }));
        pruned.send().await.unwrap().json::<Value>().await.unwrap()["assets"].as_array().unwrap().len()
    };
    assert_eq!((server.read("/api/v1/assets/unused").await, prune().await), (json!([]), 0));
    for file in &files {
        assert_eq!(status(&server, file).await, StatusCode::OK, "{file}");
    }
    server.clock.advance(LINGERS);
    for file in &files {
        assert_eq!(status(&server, file).await, StatusCode::NOT_FOUND, "{file}");
    }
    assert_eq!(prune().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_that_is_taken_back_is_there_for_those_who_were_sent_to_it() {
    let server = TestServer::new().await;
    for bytes in [b"the first".as_slice(), b"the second"] {
        expect(server.upload("undionly-test.kpxe", "ipxe", bytes).await, StatusCode::OK).await;
    }
    let path = "/boot/ipxe/undionly-test.kpxe";
    let replaced = format!("/boot/asset/{}/undionly-test.kpxe", asset_id(b"the first"));
    let minute = Duration::from_secs(60);
    server.clock.advance(minute);
    let withdrawn = server.operator(Method::DELETE, "/api/v1/ipxe/undionly-test.kpxe").send().await.unwrap();
    expect(withdrawn, StatusCode::OK).await;
    let body = async |path: &str| {
        expect(server.request(Method::GET, path).send().await.unwrap(), StatusCode::OK).await
    };
    assert_eq!((body(path).await, body(&replaced).await), ("the second".to_owned(), "the first".to_owned()));
    // Each has its own time.
    server.clock.advance(LINGERS - minute);
    assert_eq!(
        (body(path).await, status(&server, &replaced).await),
        ("the second".to_owned(), StatusCode::NOT_FOUND)
    );
    server.clock.advance(minute);
    assert_eq!(status(&server, path).await, StatusCode::NOT_FOUND);
}
