//! The assets: taken in by operators, handed to machines.

use std::collections::HashSet;

use boot::assets::LINGERS;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{TestServer, asset_id, expect, problem};

pub(crate) async fn add(server: &TestServer, name: &str, kind: &str, bytes: &[u8]) -> String {
    expect(server.upload(name, kind, bytes).await, StatusCode::OK).await;
    asset_id(bytes)
}

async fn fetch(server: &TestServer, method: Method, path: &str, range: Option<&str>) -> reqwest::Response {
    let mut request = server.request(method, path);
    if let Some(range) = range {
        request = request.header("Range", range);
    }
    request.send().await.unwrap()
}

async fn names(server: &TestServer) -> Vec<String> {
    let listed = server.read("/api/v1/assets").await;
    listed.as_array().unwrap().iter().map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_only_what_a_profile_refers_to_is_there() {
    let server = TestServer::new().await;
    let other = add(&server, "notes.txt", "other", b"an operator's notes").await;
    let image = server.choose_image().await;
    let kernel = asset_id(b"kernel of a test");
    let path = format!("/boot/asset/{kernel}/vmlinuz?mac=3c-ec-ef-00-00-01");
    assert_eq!(
        expect(fetch(&server, Method::GET, &path, None).await, StatusCode::OK).await,
        "kernel of a test"
    );
    let document = server.read("/api/v1/assets").await;
    let document = document.as_array().unwrap().iter().find(|asset| asset["kind"] == "image").unwrap();
    for hidden in [
        format!("/boot/asset/{other}/notes.txt"),
        format!("/boot/asset/{}/image.json", document["id"].as_str().unwrap()),
        format!("/boot/asset/{}/x", "0".repeat(64)),
        format!("/boot/asset/{}/x", kernel.to_uppercase()),
        "/boot/asset/..%2f..%2fmuster.db/x".to_owned(),
        format!("/boot/asset/{kernel}"),
    ] {
        let answer = fetch(&server, Method::GET, &hidden, None).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{hidden}");
    }
    let content =
        server.operator(Method::GET, &format!("/api/v1/assets/{other}/content")).send().await.unwrap();
    assert_eq!(expect(content, StatusCode::OK).await, "an operator's notes");
    // With another choice, the image is nobody's any more: `lingering` has what that means for a boot under way.
    let choice = json!({"by": "centos", "stream": "9", "repo": "http://mirror.lan/os"});
    let chosen = server.operator(Method::POST, "/api/v1/discovery").json(&choice).send().await.unwrap();
    expect(chosen, StatusCode::OK).await;
    server.clock.advance(LINGERS);
    for gone in [path, format!("/boot/image/{image}/vmlinuz")] {
        assert_eq!(fetch(&server, Method::GET, &gone, None).await.status(), StatusCode::NOT_FOUND, "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_ranges_are_answered_as_they_should_be() {
    let server = TestServer::new().await;
    let image = server.choose_image().await;
    let kernel = asset_id(b"kernel of a test");
    for path in [format!("/boot/asset/{kernel}/vmlinuz"), format!("/boot/image/{image}/vmlinuz")] {
        for (range, status, body) in [
            ("bytes=0-0", 206, "k"),
            ("bytes=7-8", 206, "of"),
            ("bytes=12-", 206, "test"),
            ("bytes=-4", 206, "test"),
            ("bytes=-999", 206, "kernel of a test"),
            ("bytes=12-999", 206, "test"),
            ("bytes=-0", 416, ""),
            ("bytes=16-", 416, ""),
            ("bytes=99-100", 416, ""),
            ("bytes=99999999999999999999-", 416, ""),
            ("bytes=5-2", 416, ""),
            ("bytes=-", 416, ""),
            ("bytes=--4", 416, ""),
            ("bytes=x-y", 416, ""),
            ("lines=1-2", 200, "kernel of a test"),
        ] {
            let answer = fetch(&server, Method::GET, &path, Some(range)).await;
            let headers = answer.headers().clone();
            let field = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(answer.status().as_u16(), status, "{range}");
            assert_eq!(answer.text().await.unwrap(), body, "{range}");
            match status {
                206 => {
                    let total = field("content-range").unwrap();
                    assert!(total.starts_with("bytes ") && total.ends_with("/16"), "{range}: {total}");
                    assert_eq!(field("content-length").unwrap(), body.len().to_string(), "{range}");
                }
                416 => assert_eq!(field("content-range").unwrap(), "bytes */16", "{range}"),
                _ => assert_eq!(field("content-length").unwrap(), "16", "{range}"),
            }
            let head = fetch(&server, Method::HEAD, &path, Some(range)).await;
            assert_eq!(
                (head.status(), head.headers()["content-length"].as_bytes()),
                (StatusCode::OK, b"16".as_slice())
            );
            assert_eq!(head.headers()["accept-ranges"], "bytes");
        }
        let whole = fetch(&server, Method::GET, &path, None).await;
        let etag = whole.headers()["etag"].clone();
        let resumed = |tag: reqwest::header::HeaderValue| {
            server.request(Method::GET, &path).header("Range", "bytes=12-").header("If-Range", tag).send()
        };
        assert_eq!(expect(resumed(etag).await.unwrap(), StatusCode::PARTIAL_CONTENT).await, "test");
        let other = resumed("\"other\"".parse().unwrap()).await.unwrap();
        assert_eq!(expect(other, StatusCode::OK).await, "kernel of a test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_gone_on_with_and_taken_whole_or_not_at_all() {
    let server = TestServer::new().await;
    let bytes = b"rootfs of a test";
    let asset = asset_id(bytes);
    let put = |offset: usize, body: &'static [u8]| {
        let path =
            format!("/api/v1/assets/{asset}?name=rootfs.img&kind=rootfs&size_bytes=16&offset={offset}");
        server.operator(Method::PUT, &path).body(body).send()
    };
    let arrival = async || server.read(&format!("/api/v1/assets/{asset}/arrival")).await;
    let half = problem(put(0, b"rootfs").await.unwrap(), StatusCode::BAD_REQUEST).await;
    assert!(half.detail.is_some_and(|detail| detail.contains("after 6 of 16 bytes")));
    assert_eq!(arrival().await, json!({"kept": false, "received_bytes": 6}));
    assert_eq!(problem(put(5, b"x").await.unwrap(), StatusCode::CONFLICT).await.kind, "asset-offset");
    let wrong = problem(put(6, b" of a feast").await.unwrap(), StatusCode::BAD_REQUEST).await;
    assert!(wrong.detail.is_some_and(|detail| detail.contains("more than the 16 bytes")));
    assert_eq!(arrival().await, json!({"kept": false, "received_bytes": 0}));
    let wrong = problem(put(0, b"rootfs of a fest").await.unwrap(), StatusCode::BAD_REQUEST).await;
    assert!(wrong.detail.is_some_and(|detail| detail.contains("SHA-256")));
    assert!(names(&server).await.is_empty());
    problem(put(0, b"rootfs ").await.unwrap(), StatusCode::BAD_REQUEST).await;
    expect(put(7, b"of a test").await.unwrap(), StatusCode::OK).await;
    expect(put(0, b"").await.unwrap(), StatusCode::OK).await;
    assert_eq!(arrival().await, json!({"kept": true, "received_bytes": 16}));
    assert_eq!(names(&server).await, ["rootfs.img"]);
    for (query, says) in [
        ("name=..&kind=other&size_bytes=1", "can't be called"),
        ("name=x&kind=floppy&size_bytes=1", "kind"),
        ("name=x&kind=image&size_bytes=1", "muster image use"),
        ("name=x&kind=other&size_bytes=-1", "size_bytes"),
        ("name=x&kind=other&size_bytes=99999999999999", "larger than"),
    ] {
        let path = format!("/api/v1/assets/{}?{query}", "ab".repeat(32));
        let refused = server.operator(Method::PUT, &path).body("x").send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
        let text = refused.text().await.unwrap();
        assert!(text.contains(says) || !text.contains("detail"), "{query}: {text}");
    }
}

pub(crate) fn efi(machine: [u8; 2]) -> Vec<u8> {
    let mut head = vec![0; 100];
    head[..2].copy_from_slice(b"MZ");
    head[0x3c] = 0x40;
    head[0x40..0x44].copy_from_slice(b"PE\0\0");
    head[0x44..0x46].copy_from_slice(&machine);
    head
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ipxe_binary_is_handed_out_by_its_name() {
    let server = TestServer::new().await;
    let (first, second) = (efi([0x64, 0x86]), [efi([0x64, 0x86]), vec![1]].concat());
    let path = "/boot/ipxe/snponly-test.efi";
    assert_eq!(fetch(&server, Method::GET, path, None).await.status(), StatusCode::NOT_FOUND);
    for binary in [&first, &second, &first] {
        add(&server, "snponly-test.efi", "ipxe", binary).await;
        let head = fetch(&server, Method::HEAD, path, None).await;
        assert_eq!(head.headers()["content-type"], "application/efi");
        assert_eq!(head.headers()["content-length"], binary.len().to_string());
        assert!(fetch(&server, Method::GET, path, None).await.bytes().await.unwrap() == *binary);
    }
    // The same bytes under a second name: a shim looks for its sibling by its own.
    add(&server, "shimx64-test.efi", "ipxe", &first).await;
    assert!(fetch(&server, Method::GET, "/boot/ipxe/shimx64-test.efi", None).await.status().is_success());
    let arm =
        problem(server.upload("snponly-test.efi", "ipxe", &efi([0x64, 0xaa])).await, StatusCode::BAD_REQUEST)
            .await;
    assert!(arm.detail.is_some_and(|detail| detail.contains("64-bit ARM")));
    assert!(fetch(&server, Method::GET, path, None).await.bytes().await.unwrap() == first);
    for odd in ["/boot/ipxe/..%2f..%2fmuster.db", "/boot/ipxe/.", "/boot/ipxe/%2fetc%2fpasswd"] {
        assert_eq!(fetch(&server, Method::GET, odd, None).await.status(), StatusCode::NOT_FOUND, "{odd}");
    }
    let withdraw =
        async || server.operator(Method::DELETE, "/api/v1/ipxe/snponly-test.efi").send().await.unwrap();
    expect(withdraw().await, StatusCode::OK).await;
    server.clock.advance(LINGERS);
    assert_eq!(fetch(&server, Method::GET, path, None).await.status(), StatusCode::NOT_FOUND);
    problem(withdraw().await, StatusCode::NOT_FOUND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_refers_to_is_shown_and_goes_and_all_else_stays() {
    let server = TestServer::new().await;
    let (notes, binary) = (add(&server, "notes.txt", "other", b"notes").await, efi([0x64, 0x86]));
    add(&server, "snponly-test.efi", "ipxe", &binary).await;
    server.choose_image().await;
    let ids = |listed: &Value| {
        listed
            .as_array()
            .unwrap()
            .iter()
            .map(|asset| asset["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let unused = server.read("/api/v1/assets/unused").await;
    assert_eq!(ids(&unused), std::slice::from_ref(&notes));
    // Whatever is asked for: what is in use stays.
    let all = ids(&server.read("/api/v1/assets").await);
    assert_eq!(all.len(), 5);
    let pruned = server.operator(Method::POST, "/api/v1/assets/prune").json(&json!({ "assets": all }));
    let gone: Value = pruned.send().await.unwrap().json().await.unwrap();
    assert_eq!(gone, json!({ "assets": [notes] }));
    assert!(!server.dir.path().join("data/assets").join(&notes).exists());
    assert_eq!(server.read("/api/v1/assets/unused").await, json!([]));
    assert_eq!(ids(&server.read("/api/v1/assets").await).len(), 4);
    let image_of_another_choice = json!({"by": "centos", "stream": "9", "repo": "http://mirror.lan/os"});
    server.operator(Method::POST, "/api/v1/discovery").json(&image_of_another_choice).send().await.unwrap();
    server.clock.advance(LINGERS);
    let unused: HashSet<String> = ids(&server.read("/api/v1/assets/unused").await).into_iter().collect();
    assert_eq!(unused.len(), 3);
    let pruned = server.operator(Method::POST, "/api/v1/assets/prune").json(&json!({ "assets": unused }));
    assert_eq!(
        pruned.send().await.unwrap().json::<Value>().await.unwrap()["assets"].as_array().unwrap().len(),
        3
    );
    assert_eq!(server.read("/api/v1/images").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_on_the_disk_is_found_and_no_longer_handed_out() {
    let server = TestServer::new().await;
    server.choose_image().await;
    let kernel = asset_id(b"kernel of a test");
    let verify = async |asset: &str| {
        server.operator(Method::POST, &format!("/api/v1/assets/{asset}/verify")).send().await.unwrap()
    };
    let verdict = async || verify(&kernel).await.json::<Value>().await.unwrap()["verdict"].clone();
    assert_eq!(verdict().await, "whole");
    std::fs::write(server.dir.path().join("data/assets").join(&kernel), "kernel of a toast").unwrap();
    assert_eq!(verdict().await, "damaged");
    assert_eq!(verdict().await, "missing");
    let path = format!("/boot/asset/{kernel}/vmlinuz");
    assert_eq!(fetch(&server, Method::GET, &path, None).await.status(), StatusCode::NOT_FOUND);
    add(&server, "vmlinuz", "kernel", b"kernel of a test").await;
    assert_eq!(verdict().await, "whole");
    assert!(fetch(&server, Method::GET, &path, None).await.status().is_success());
    problem(verify(&"0".repeat(64)).await, StatusCode::NOT_FOUND).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_images_of_an_older_data_folder_are_there_after_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let facts = |bytes: &[u8]| json!({"size_bytes": bytes.len(), "sha256": asset_id(bytes)});
    let manifest = json!({
        "format": 1, "arch": "x86_64", "kernel_version": "6.1.0", "agent_version": "0.1.0", "muster_version": "0.1.0",
        "built_at": 1, "modules": 0, "vmlinuz": facts(b"kernel"), "initramfs": facts(b"initramfs"),
    });
    let image = asset_id(manifest.to_string().as_bytes())[..16].to_owned();
    let old = dir.path().join("data/images").join(&image);
    std::fs::create_dir_all(&old).unwrap();
    std::fs::write(old.join("image.json"), manifest.to_string()).unwrap();
    std::fs::write(old.join("vmlinuz"), "kernel").unwrap();
    std::fs::write(old.join("initramfs.img"), "initramfs").unwrap();
    let server = TestServer::on(dir, "").await;
    assert_eq!(server.read("/api/v1/images").await[0]["id"], image);
    assert_eq!(names(&server).await.len(), 3);
    assert!(!server.dir.path().join("data/images").exists());
    let chosen = json!({"by": "image", "image": image});
    let chosen = server.operator(Method::POST, "/api/v1/discovery").json(&chosen).send().await.unwrap();
    expect(chosen, StatusCode::OK).await;
    let path = format!("/boot/image/{image}/vmlinuz");
    assert_eq!(expect(fetch(&server, Method::GET, &path, None).await, StatusCode::OK).await, "kernel");
}
