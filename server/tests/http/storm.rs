//! A rack that is switched on: two hundred machines in the same second.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::assets::add;
use crate::boot_firmware::text;
use crate::support::{TestServer, asset_id};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_machines_that_ask_at_once_all_get_whole_scripts() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let macs: Vec<String> = (0..200).map(|number| format!("52-54-00-00-00-{number:02x}")).collect();
    let scripts = join_all(macs.iter().map(async |mac| {
        text(&server, "/boot/boot.ipxe").await;
        text(&server, &format!("/boot/by-mac/{mac}.ipxe?platform=efi&arch=x86_64")).await
    }))
    .await;
    let mut tickets = Vec::new();
    for (mac, script) in macs.iter().zip(&scripts) {
        assert!(script.starts_with("#!ipxe\n") && script.ends_with("exit 1\n"), "{script}");
        assert!(script.contains(&format!("BOOTIF=01-{mac}")) && script.contains(&image), "{script}");
        tickets.push(script.split_once("muster.ticket=").unwrap().1.split_whitespace().next().unwrap());
    }
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!(tickets.len(), 200);
    assert_eq!(server.read("/api/v1/boot/holds").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_machines_at_once_get_what_they_asked_for() {
    let server = TestServer::new().await;
    let binary: Vec<u8> = (0..300_000_u32).map(|i| (i * 17 % 253) as u8).collect();
    add(&server, "undionly-test.kpxe", "ipxe", &binary).await;
    let path = format!("/boot/asset/{}/undionly-test.kpxe", asset_id(&binary));
    let machines = (0..200_usize).map(|number| {
        let mac = format!("3c-ec-ef-00-01-{number:02x}");
        let request = server.request(Method::GET, &format!("{path}?mac={mac}"));
        // Each third one goes on from somewhere.
        let from = if number % 3 == 0 { number * 1000 } else { 0 };
        let request = if from > 0 { request.header("Range", format!("bytes={from}-")) } else { request };
        (from, request.send())
    });
    let running: Vec<_> = machines.map(|(from, sent)| (from, tokio::spawn(sent))).collect();
    for (from, sent) in running {
        let answer = sent.await.unwrap().unwrap();
        let status = if from > 0 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        assert_eq!(answer.status(), status);
        assert!(answer.bytes().await.unwrap() == binary[from..], "from {from}");
    }
}
