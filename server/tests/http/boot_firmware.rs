//! Machines of every firmware, and iPXE of every age.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::booting::MAC;
use crate::support::{Agent, TestServer, expect, problem};

pub(crate) async fn text(server: &TestServer, path: &str) -> String {
    expect(server.request(Method::GET, path).send().await.unwrap(), StatusCode::OK).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mac_is_read_however_ipxe_writes_it() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    for mac in [
        "3c-ec-ef-00-00-01",
        "3c:ec:ef:00:00:01",
        "3c%3Aec%3Aef%3A00%3A00%3A01",
        "3c%3aec%3aef%3a00%3a00%3a01",
        "3C-EC-EF-00-00-01",
        "3cecef000001",
    ] {
        for path in [
            format!("/boot/by-mac/{mac}.ipxe?platform=efi&arch=x86_64"),
            format!("/boot/inventory.ipxe?mac={mac}&platform=efi&arch=x86_64"),
        ] {
            let script = text(&server, &path).await;
            assert!(
                script.contains("BOOTIF=01-3c-ec-ef-00-00-01") && script.contains(&image),
                "{path}: {script}"
            );
        }
    }
    // For the trail only: no file is refused for it.
    for mac in ["3c%3Aec%3Aef%3A00%3A00%3A01", "3c-ec-ef-00-00-01", "x", "", "${netX/mac}"] {
        assert_eq!(
            text(&server, &format!("/boot/image/{image}/vmlinuz?mac={mac}")).await,
            "kernel of a test",
            "{mac}"
        );
    }
    for nonsense in ["x", "3c-ec-ef-00-00", "%24%7BnetX%7D", "3c-ec-ef-00-00-01%00"] {
        let script = text(&server, &format!("/boot/by-mac/{nonsense}.ipxe")).await;
        assert!(script.contains("is no MAC address") && script.contains("sanboot"), "{nonsense}: {script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entry_script_lies_where_a_uefi_ipxe_looks_for_it() {
    let server = TestServer::new().await;
    let entry = text(&server, "/boot/boot.ipxe").await;
    assert_eq!(text(&server, "/boot/ipxe/autoexec.ipxe").await, entry);
    let head = server.request(Method::HEAD, "/boot/ipxe/autoexec.ipxe").send().await.unwrap();
    assert_eq!(head.headers()["content-length"], entry.len().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_entry_script_tells_is_used_and_all_of_it_is_optional() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let entry = text(&server, "/boot/boot.ipxe").await;
    let who = entry.lines().find_map(|line| line.strip_prefix("set who ")).unwrap();
    let keys: Vec<&str> =
        who.split('&').filter_map(|pair| pair.split_once('=').map(|(key, _)| key)).collect();
    assert_eq!(keys, ["platform", "arch", "chip", "version", "uuid", "serial", "manufacturer", "product"]);
    // An old one tells nothing; one whose values were inserted raw tells too much.
    for (query, port) in [
        ("", "ttyS0"),
        ("?platform=efi&arch=x86_64&manufacturer=Supermicro&product=X", "ttyS1"),
        ("?platform=efi&arch=x86_64&manufacturer=Super%20Micro%20Computer&product=a&b&=&c", "ttyS1"),
        ("?platform=efi&arch=x86_64&manufacturer=%24%7Bmanufacturer%7D%0Aexit&product=%FF%FE", "ttyS0"),
    ] {
        let script = text(&server, &format!("/boot/by-mac/3c-ec-ef-00-00-01.ipxe{query}")).await;
        assert!(script.contains(&format!("console={port},115200n8 || goto failed")), "{query}: {script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_sent_to_another_build_of_ipxe_once_a_boot() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let host = Agent::new(MAC, "ABC1234").enrolled(&server).await;
    server.change(&host, json!({"ipxe": "full"})).await;
    let path = "/boot/by-mac/3c-ec-ef-00-00-01.ipxe?platform=efi&arch=x86_64";
    let away = text(&server, &format!("{path}&chip=SNPONLY")).await;
    assert!(away.contains("/boot/ipxe/ipxe.efi || goto kept") && away.contains("?kept=1&${who}"), "{away}");
    // It did not start: this one goes on, whether it says so or the server knows.
    for query in ["&chip=SNPONLY&kept=1", "&chip=SNPONLY"] {
        let script = text(&server, &format!("{path}{query}")).await;
        assert!(script.contains(&image), "{script}");
    }
    // It started.
    server.clock.advance(std::time::Duration::from_secs(300));
    let away = text(&server, &format!("{path}&chip=SNPONLY")).await;
    assert!(away.contains("ipxe.efi"), "{away}");
    let script = text(&server, &format!("{path}&chip=virtio-net")).await;
    assert!(script.contains(&image), "{script}");
    // With Secure Boot it is DHCP that names the build.
    server.clock.advance(std::time::Duration::from_secs(300));
    server.change(&host, json!({"secure_boot": "on"})).await;
    let script = text(&server, &format!("{path}&chip=SNPONLY")).await;
    assert!(script.contains("/boot/ipxe/kernel-shim-x86_64.efi ||\ninitrd "), "{script}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hosts_own_discovery_system_comes_before_the_sites() {
    let server = TestServer::new().await;
    let host = Agent::new(MAC, "ABC1234").enrolled(&server).await;
    let centos = json!({"by": "centos", "stream": "9", "repo": "http://mirror.lan/9/os"});
    let chosen = server.operator(Method::POST, "/api/v1/discovery").json(&centos).send().await.unwrap();
    expect(chosen, StatusCode::OK).await;
    let image = server.choose_image().await;
    assert!(server.script(MAC).await.contains(&image));
    server.change(&host, json!({"discovery": "centos"})).await;
    let script = server.script(MAC).await;
    assert!(script.contains("inst.stage2=http://mirror.lan/9/os"), "{script}");
    // The document that it names is there, though the site's choice is another.
    let path = script.split_once("inst.ks=").unwrap().1.split_whitespace().next().unwrap();
    text(&server, path.strip_prefix(&server.base).unwrap()).await;
    server.change(&host, json!({"discovery": format!("image:{image}")})).await;
    assert!(server.script(MAC).await.contains(&image));
    for (value, status) in [
        (json!({"discovery": "coreos"}), StatusCode::BAD_REQUEST),
        (json!({"discovery": "image:0000000000000000"}), StatusCode::NOT_FOUND),
        (json!({"discovery": "${x}"}), StatusCode::BAD_REQUEST),
        (json!({"vlan": "4095"}), StatusCode::BAD_REQUEST),
        (json!({"console": "ttyS0 init=/bin/sh"}), StatusCode::BAD_REQUEST),
        (json!({"ipxe": "both"}), StatusCode::BAD_REQUEST),
        (json!({"secure_boot": "maybe"}), StatusCode::BAD_REQUEST),
    ] {
        let path = format!("/api/v1/hosts/{host}/boot");
        let refused = server.operator(Method::PUT, &path).json(&value).send().await.unwrap();
        problem(refused, status).await;
    }
    let stale = json!({"vlan": "7", "version": 1});
    let refused = server.operator(Method::PUT, &format!("/api/v1/hosts/{host}/boot")).json(&stale);
    assert_eq!(problem(refused.send().await.unwrap(), StatusCode::CONFLICT).await.kind, "changed-meanwhile");
    server.change(&host, json!({"discovery": "default", "vlan": "7"})).await;
    let script = server.script(MAC).await;
    assert!(script.contains(&image) && script.contains(" muster.vlan=7 "), "{script}");
    let shown = server.read(&format!("/api/v1/hosts/{host}")).await;
    assert_eq!(shown["boot"]["in_words"], "VLAN 7");
}
