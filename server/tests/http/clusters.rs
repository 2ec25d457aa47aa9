//! Clusters, as an operator takes them in: the real program, a real server, and what the installer would have written.

#[path = "clusters/secrets.rs"]
mod secrets;

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::cli::{done, failed};
use crate::installer::{Installer, Written};
use crate::support::{START, TestServer, asset_id, expect, problem};

const NAMES: [(&str, &str); 3] = [
    ("scos-9.0.20250510-0-live-kernel.x86_64", "kernel"),
    ("scos-9.0.20250510-0-live-initramfs.x86_64.img", "initramfs"),
    ("scos-9.0.20250510-0-live-rootfs.x86_64.img", "rootfs"),
];

/// What the installer leaves behind, the `auth/` beside the configs included.
fn write(written: &Written, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder.join("auth")).unwrap();
    for (name, text) in written.files() {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::write(folder.join("auth/kubeconfig"), "the kubeconfig of everything").unwrap();
    std::fs::write(folder.join("auth/kubeadmin-password"), "the password of everything").unwrap();
    folder.to_owned()
}

fn create(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let args = ["cluster", "create", "okd1", "--domain", "example.lan", "--ignition", folder];
    args.map(str::to_owned).to_vec()
}

fn refs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

/// The message that takes a folder in.
fn message(written: &Written) -> Value {
    let files: serde_json::Map<String, Value> =
        written.files().map(|(name, text)| (name.to_owned(), text.into())).into_iter().collect();
    json!({"name": "okd1", "domain": "example.lan", "ignition": files})
}

async fn post(server: &TestServer, message: &Value) -> reqwest::Response {
    server.operator(Method::POST, "/api/v1/clusters").json(message).send().await.unwrap()
}

async fn upload_scos(server: &TestServer) -> [String; 3] {
    let mut ids = Vec::new();
    for (name, kind) in NAMES {
        expect(server.upload(name, kind, name.as_bytes()).await, StatusCode::OK).await;
        ids.push(asset_id(name.as_bytes()));
    }
    ids.try_into().unwrap()
}

async fn may_be_fetched(server: &TestServer, asset: &str) -> bool {
    let path = format!("/boot/asset/{asset}/x");
    server.request(Method::GET, &path).send().await.unwrap().status() == StatusCode::OK
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_taken_in_chosen_for_shown_wiped_and_removed() {
    let server = TestServer::new().await;
    let folder = write(&Installer::new("okd1", START.0).run(), &server.dir.path().join("install"));
    let ids = upload_scos(&server).await;
    let stream = json!({
        "stream": "c9s",
        "architectures": {"x86_64": {"artifacts": {"metal": {"release": "9.0.20250510-0", "formats": {"pxe": {
            "kernel": {"location": format!("https://mirror.example/{}", NAMES[0].0), "sha256": ids[0]},
            "initramfs": {"location": format!("https://mirror.example/{}", NAMES[1].0), "sha256": ids[1]},
            "rootfs": {"location": format!("https://mirror.example/{}", NAMES[2].0), "sha256": ids[2]},
        }}}}}},
    });
    let stream_file = server.dir.path().join("stream.json");
    std::fs::write(&stream_file, stream.to_string()).unwrap();
    let stream_file = stream_file.to_str().unwrap();

    let none = done(&server, &["cluster", "list"]).await;
    assert!(none.contains("CLUSTER"), "{none}");
    let args = create(&folder);
    let said = done(&server, &[&refs(&args)[..], &["--stream", stream_file]].concat()).await;
    for shown in
        ["okd1.example.lan", "okd1-x7k2p", "CoreOS 9.0.20250510-0", "2026-11-21 22:40", "keep", "bootstrap"]
    {
        assert!(said.contains(shown), "{shown}: {said}");
    }
    assert!(may_be_fetched(&server, &ids[2]).await, "machines may fetch what its nodes boot");
    let again = failed(&server, &refs(&args)).await;
    assert!(
        again.contains("there is a cluster called okd1 already") && again.contains("--replace"),
        "{again}"
    );

    let listed = server.read("/api/v1/clusters").await;
    assert_eq!(listed[0]["name"], "okd1");
    assert_eq!(listed[0]["roles"].as_array().unwrap().len(), 3);
    assert_eq!(listed[0]["roles"][0]["refused"], Value::Null);
    for page in ["/clusters", "/clusters/okd1"] {
        let page = server.operator(Method::GET, page).send().await.unwrap();
        let page = expect(page, StatusCode::OK).await;
        assert!(page.contains("okd1.example.lan") && page.contains("can be installed"), "{page}");
    }

    // Chosen by the assets' own names; the same three.
    let by_name = [
        &["cluster", "set", "okd1"][..],
        &["--kernel", NAMES[0].0, "--initramfs", NAMES[1].0, "--rootfs", NAMES[2].0],
    ]
    .concat();
    assert!(done(&server, &by_name).await.contains("CoreOS 9.0.20250510-0 for x86_64"));
    let no_gateway = failed(
        &server,
        &["cluster", "set", "okd1", "--gateway", "fw", "--api", "10.0.0.5", "--inside", "lan"],
    )
    .await;
    assert!(no_gateway.contains("gateway"), "{no_gateway}");
    assert!(failed(&server, &["cluster", "set", "okd1"]).await.contains("say what is to be set"));
    assert!(failed(&server, &["cluster", "show", "okd2"]).await.contains("no cluster"));

    // The clock moves on: workers only, then nothing.
    server.clock.advance(Duration::from_secs(13 * 3600));
    let late = done(&server, &["cluster", "show", "okd1"]).await;
    assert!(late.contains("the bootstrap config was made at 2026-11-21 10:40 UTC, 13 hours ago"), "{late}");
    assert!(late.contains("(not now)") && !late.contains("worker config"), "{late}");
    let page = server.operator(Method::GET, "/clusters").send().await.unwrap();
    assert!(expect(page, StatusCode::OK).await.contains("workers only"));
    // A day later the same folder brings nothing that was not known; a new one does.
    let newer = Installer::new("okd1", START.0 + 13 * 3_600_000).run();
    let newer = write(&newer, &server.dir.path().join("install-2"));
    let replaced = done(&server, &[&refs(&create(&newer))[..], &["--replace"]].concat()).await;
    assert!(replaced.contains("CoreOS 9.0.20250510-0") && !replaced.contains("not now"), "{replaced}");

    assert!(failed(&server, &["cluster", "wipe", "okd1"]).await.contains("-y"));
    assert!(done(&server, &["cluster", "wipe", "okd1", "-y"]).await.contains("are wiped"));
    assert!(done(&server, &["cluster", "show", "okd1"]).await.contains("its configs were wiped at"));
    let page = server.operator(Method::GET, "/clusters/okd1").send().await.unwrap();
    assert!(expect(page, StatusCode::OK).await.contains("They were wiped"));
    assert!(done(&server, &["cluster", "remove", "okd1", "--yes"]).await.contains("is removed"));
    assert!(failed(&server, &["cluster", "remove", "okd1", "--yes"]).await.contains("no cluster"));
    assert!(may_be_fetched(&server, &ids[2]).await, "for half an hour yet");
    server.clock.advance(Duration::from_secs(1800));
    assert!(!may_be_fetched(&server, &ids[2]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_folders_and_messages_are_refused_in_words() {
    let server = TestServer::new().await;
    let good = Installer::new("okd1", START.0).run();
    let empty = server.dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let said = failed(&server, &refs(&create(&empty))).await;
    assert!(said.contains("bootstrap.ign") && said.contains("create ignition-configs"), "{said}");
    let whole = write(&good, &server.dir.path().join("whole"));
    std::fs::write(whole.join("master.ign"), vec![b'x'; (4 << 20) + 1]).unwrap();
    assert!(failed(&server, &refs(&create(&whole))).await.contains("more than 4194304 bytes"));

    let year = 365 * 24 * 3_600_000;
    let dead = Installer { root_secs: 86_400, ..Installer::new("okd1", START.0 - year) }.run();
    let mut swapped = good.clone();
    std::mem::swap(&mut swapped.master, &mut swapped.worker);
    let mut cut = good.clone();
    cut.bootstrap.truncate(1000);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut message = message(&good);
        change(&mut message);
        message
    };
    let image = |kernel: &str| json!({"kernel": kernel, "initramfs": "b", "rootfs": "c"});
    for (message, status, says) in [
        (message(&dead), StatusCode::CONFLICT, "an authority that the worker config depends on ended"),
        (message(&swapped), StatusCode::BAD_REQUEST, "master.ign: it points to /config/worker"),
        (message(&cut), StatusCode::BAD_REQUEST, "bootstrap.ign: it is cut off"),
        (changed(&|it| it["name"] = "okd2".into()), StatusCode::BAD_REQUEST, "for a cluster called okd1"),
        (changed(&|it| it["name"] = "-x".into()), StatusCode::BAD_REQUEST, "name: \"-x\" is no name"),
        (changed(&|it| it["domain"] = "a b".into()), StatusCode::BAD_REQUEST, "domain: "),
        (
            changed(&|it| it["domain"] = "example.org".into()),
            StatusCode::BAD_REQUEST,
            "api-int.okd1.example.lan",
        ),
        (changed(&|it| it["image"] = image("x")), StatusCode::BAD_REQUEST, "there is no asset \"x\""),
        (
            changed(&|it| it["image"] = json!({"kernel": "x"})),
            StatusCode::BAD_REQUEST,
            "image: missing field",
        ),
        (
            changed(&|it| it["front"] = json!({"gateway": "fw"})),
            StatusCode::BAD_REQUEST,
            "front: missing field",
        ),
        (
            changed(&|it| it["front"] = json!({"gateway": "fw", "api": "10.0.0.5", "inside": ["lan"]})),
            StatusCode::NOT_FOUND,
            "gateway",
        ),
        // No kubeconfig is taken in, and none of the four may be missing.
        (
            changed(&|it| it["ignition"]["auth/kubeconfig"] = "x".into()),
            StatusCode::BAD_REQUEST,
            "and no other file",
        ),
        (
            changed(&|it| {
                it["ignition"].as_object_mut().unwrap().remove("metadata.json");
            }),
            StatusCode::BAD_REQUEST,
            "expected name, domain",
        ),
        (json!([]), StatusCode::BAD_REQUEST, "expected name, domain"),
    ] {
        let problem = problem(post(&server, &message).await, status).await;
        let detail = problem.detail.unwrap();
        assert!(detail.contains(says), "{says}: {detail}");
        assert!(!good.planted.iter().any(|planted| detail.contains(planted)), "{detail}");
    }
    let request = server.operator(Method::POST, "/api/v1/clusters");
    let large = request.body(vec![b' '; (16 << 20) + 1]).send().await.unwrap();
    problem(large, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert_eq!(server.read("/api/v1/clusters").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_with_nodes_stays() {
    let server = TestServer::new().await;
    let taken = post(&server, &message(&Installer::new("okd1", START.0).run())).await;
    expect(taken, StatusCode::OK).await;
    let host = crate::support::Agent::new("3c:ec:ef:00:00:01", "ABC1234").enrolled(&server).await;
    let database = format!("sqlite://{}", server.dir.path().join("data/muster.db").display());
    let rows = sqlx::SqlitePool::connect(&database).await.unwrap();
    let statement = "INSERT INTO assignment (host_id, version, cluster, role, hostname, disk, changed_at)
         VALUES ($1, 1, 'okd1', 'worker', 'w1', 'serial=X', 1)";
    sqlx::query(statement).bind(&host).execute(&rows).await.unwrap();
    let removed = server.operator(Method::DELETE, "/api/v1/clusters/okd1").send().await.unwrap();
    let detail = problem(removed, StatusCode::CONFLICT).await.detail.unwrap();
    assert!(detail.contains("have roles in it; release them first"), "{detail}");
    let shown = server.read("/api/v1/clusters/okd1").await;
    assert_eq!((&shown["nodes"][0]["hostname"], &shown["nodes"][0]["host"]), (&"w1".into(), &host.into()));
    let page = server.operator(Method::GET, "/clusters/okd1").send().await.unwrap();
    assert!(expect(page, StatusCode::OK).await.contains("w1"));
    assert!(done(&server, &["cluster", "show", "okd1"]).await.contains("w1"));
}
