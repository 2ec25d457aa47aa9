//! `muster host trail`: what a person reads of real boots.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::cli::done;
use crate::support::{Agent, TestServer, expect};

const MAC: &str = "52:54:00:aa:00:01";

/// What is printed of the card's boots, once there is so much of it. How long a transfer took is left out: a busy machine
/// needs longer.
async fn printed(server: &TestServer, ends: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let text = done(server, &["host", "trail", MAC]).await;
        if text.contains(ends) {
            let lines = text.lines().map(|line| match line.rsplit_once(" in ") {
                Some((what, took)) if took.ends_with("s]") => format!("{what}]\n"),
                _ => format!("{line}\n"),
            });
            return lines.collect();
        }
        assert!(Instant::now() < deadline, "{text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn get(server: &TestServer, path: &str) {
    let answer = server.request(Method::GET, path).send().await.unwrap();
    expect(answer, reqwest::StatusCode::OK).await;
}

const ASKS: &str =
    "chip=snp&manufacturer=Dell+Inc.&product=PowerEdge+R650&version=1.21.1&platform=efi&arch=x86_64";

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_reads_as_what_the_machine_did() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    get(&server, "/boot/boot.ipxe").await;
    get(&server, &format!("/boot/by-mac/{MAC}.ipxe?{ASKS}")).await;
    for file in ["vmlinuz", "initramfs.img"] {
        get(&server, &format!("/boot/image/{image}/{file}?mac={MAC}")).await;
    }
    let text = printed(&server, "initramfs").await;
    assert_eq!(
        text,
        "2026-11-21 10:40:00Z  52:54:00:aa:00:01
  +   0.0s  fetched iPXE's first script
  +   0.0s  was told: discovery, because this machine is not known yet. It says of itself: UEFI, 64-bit x86, PowerEdge R650, iPXE 1.21.1 (full)
  +   0.0s  fetched the kernel: vmlinuz  [16 B]
  +   0.0s  fetched the initramfs: initramfs.img  [19 B]
  on its way: The kernel starts.
"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operators_word_and_what_was_refused_read_as_sentences() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let host = Agent::new(MAC, "ABC1234").enrolled(&server).await;
    let word = json!({"action": "local-disk", "reason": "a new disk"});
    let next = server.operator(Method::POST, &format!("/api/v1/boot/next/{host}")).json(&word);
    expect(next.send().await.unwrap(), reqwest::StatusCode::OK).await;
    get(&server, &format!("/boot/by-mac/{MAC}.ipxe?{ASKS}")).await;
    let text = printed(&server, "its own disk").await;
    assert_eq!(
        text,
        "2026-11-21 10:40:00Z  52:54:00:aa:00:01
  +   0.0s  was told: local disk, because operator asked for its local disk this once (a new disk). It says of itself: UEFI, 64-bit x86, PowerEdge R650, iPXE 1.21.1 (full)
  done: It was sent to its own disk: what follows is not seen from here.
"
    );
}
