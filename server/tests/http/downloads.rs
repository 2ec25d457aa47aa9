//! Assets that the server fetches: from a mirror in this program.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{TestServer, asset_id, expect, problem};

/// A mirror that answers each request with the next of these, and the last one ever after.
async fn mirror(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut left = answers.into_iter().peekable();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            let answer = left.peek().cloned().unwrap();
            if answer.is_empty() {
                // Says nothing until the other side has had enough.
                tokio::spawn(async move { stream.read_u8().await.ok() });
                continue;
            }
            stream.write_all(&answer).await.ok();
            let next = left.next();
            if left.peek().is_none() {
                left = next.into_iter().collect::<Vec<_>>().into_iter().peekable();
            }
        }
    });
    base
}

fn whole(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn begin(server: &TestServer, wish: Value) -> reqwest::Response {
    server.operator(Method::POST, "/api/v1/assets/downloads").json(&wish).send().await.unwrap()
}

/// How the download of this asset ended.
async fn ended(server: &TestServer, asset: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let download = server.read(&format!("/api/v1/assets/downloads/{asset}?wait_secs=5")).await;
        if download["state"] != "running" {
            return download;
        }
        assert!(Instant::now() < deadline, "{download}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_fetched_named_and_listed_with_where_it_came_from() {
    let server = TestServer::with("[assets]\nallow_local = true").await;
    let bytes = b"rootfs of a mirror".as_slice();
    let cut = whole(bytes)[..60].to_vec();
    let base = mirror(vec![cut, whole(bytes)]).await;
    let asset = asset_id(bytes);
    let wish = json!({"url": format!("{base}/scos-9-live-rootfs.x86_64.img?token=geheim"), "asset": asset});
    expect(begin(&server, wish.clone()).await, StatusCode::OK).await;
    let download = ended(&server, &asset).await;
    assert_eq!((&download["state"], &download["received_bytes"]), (&json!("done"), &json!(18)), "{download}");
    let listed = server.read("/api/v1/assets").await;
    assert_eq!(listed[0]["name"], "scos-9-live-rootfs.x86_64.img");
    assert_eq!((&listed[0]["kind"], &listed[0]["in_use"]), (&json!("rootfs"), &json!(false)));
    assert_eq!(listed[0]["source"], format!("{base}/scos-9-live-rootfs.x86_64.img"));
    // Twice is once.
    expect(begin(&server, wish).await, StatusCode::OK).await;
    assert_eq!(ended(&server, &asset).await["state"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_and_leaves_no_asset() {
    let server = TestServer::with("[assets]\nallow_local = true").await;
    let asset = asset_id(b"what was promised");
    let redirect = |to: &str| {
        format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .into_bytes()
    };
    for (answer, says) in [
        (whole(b"something else"), "its SHA-256 is"),
        (redirect("/again"), "sends on more than 5 times"),
        (redirect("file:///etc/passwd"), "begins with neither http:// nor https://"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(), "answers 403"),
    ] {
        let base = mirror(vec![answer]).await;
        expect(begin(&server, json!({"url": format!("{base}/x.img"), "asset": asset})).await, StatusCode::OK)
            .await;
        let download = ended(&server, &asset).await;
        assert_eq!(download["state"], "failed");
        assert!(download["error"].as_str().unwrap().contains(says), "{says}: {download}");
    }
    assert_eq!(server.read("/api/v1/assets").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_fetched_is_refused_at_once() {
    let server = TestServer::new().await;
    let asset = asset_id(b"x");
    for (wish, says) in [
        (json!({"url": "file:///etc/passwd", "asset": asset}), "muster asset add FILE"),
        (json!({"url": "ftp://mirror.lan/x", "asset": asset}), "not by ftp:"),
        (json!({"url": "mirror.lan/x", "asset": asset}), "url"),
        (json!({"url": "http://mirror.lan/", "asset": asset}), "--name"),
        (json!({"url": "http://mirror.lan/x", "asset": asset, "kind": "image"}), "muster image use"),
        (json!({"url": "http://mirror.lan/x", "asset": "abc"}), "asset"),
    ] {
        let response = begin(&server, wish.clone()).await;
        assert!(response.status().is_client_error(), "{wish}");
        let text = response.text().await.unwrap();
        assert!(text.contains(says), "{wish}: {text}");
    }
    // This server fetches nothing from itself, unless it is told to.
    let base = mirror(vec![whole(b"x")]).await;
    let wish = json!({"url": format!("{base}/x"), "asset": asset});
    begin(&server, wish.clone()).await;
    let download = ended(&server, &asset).await;
    assert!(download["error"].as_str().unwrap().contains("--allow-local"), "{download}");
    let mut allowed = wish;
    allowed["allow_local"] = true.into();
    begin(&server, allowed).await;
    assert_eq!(ended(&server, &asset).await["state"], "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_can_be_stopped() {
    let server = TestServer::new().await;
    let (base, asset) = (mirror(vec![vec![]]).await, asset_id(b"never"));
    begin(&server, json!({"url": format!("{base}/x"), "asset": asset, "allow_local": true})).await;
    let path = format!("/api/v1/assets/downloads/{asset}");
    assert_eq!(server.read(&path).await["state"], "running");
    expect(server.operator(Method::DELETE, &path).send().await.unwrap(), StatusCode::OK).await;
    let download = ended(&server, &asset).await;
    assert!(download["error"].as_str().unwrap().contains("it was stopped"), "{download}");
    problem(server.operator(Method::DELETE, &path).send().await.unwrap(), StatusCode::NOT_FOUND).await;
    let unknown = format!("/api/v1/assets/downloads/{}", "0".repeat(64));
    problem(server.operator(Method::GET, &unknown).send().await.unwrap(), StatusCode::NOT_FOUND).await;
}
