//! `muster asset` and `muster image use`, as an operator types them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, asset_id, expect};

async fn muster(server: &TestServer, args: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_muster"));
    command.args(["--server", &server.base, "--token", &server.token]).args(args);
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// What a command prints that goes well.
pub(crate) async fn done(server: &TestServer, args: &[&str]) -> String {
    let output = muster(server, args).await;
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command says that fails.
pub(crate) async fn failed(server: &TestServer, args: &[&str]) -> String {
    let output = muster(server, args).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn put(dir: &Path, name: &str, bytes: &[u8]) -> String {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_listed_read_through_and_pruned() {
    let server = TestServer::new().await;
    let bytes = vec![7; 3 << 20];
    let file = put(server.dir.path(), "live-rootfs.img", &bytes);
    // Half of it was sent before.
    let path = format!("/api/v1/assets/{}?name=x&kind=other&size_bytes={}", asset_id(&bytes), bytes.len());
    server.operator(Method::PUT, &path).body(vec![7; 1 << 20]).send().await.unwrap();
    assert!(done(&server, &["asset", "add", &file]).await.contains("is on the server"));
    let listed = done(&server, &["asset", "list"]).await;
    for shown in ["live-rootfs.img", "rootfs", "3 MiB", "uploaded", &asset_id(&bytes)[..12]] {
        assert!(listed.contains(shown), "{listed}");
    }
    assert!(done(&server, &["asset", "verify", "live-rootfs.img"]).await.contains("whole"));
    std::fs::write(server.dir.path().join("data/assets").join(asset_id(&bytes)), "damaged").unwrap();
    assert!(failed(&server, &["asset", "verify"]).await.contains("1 of 1 assets"));
    assert!(failed(&server, &["asset", "verify", "nothing"]).await.contains("no asset \"nothing\""));
    assert!(done(&server, &["asset", "prune", "--dry-run"]).await.contains("would go"));
    assert!(failed(&server, &["asset", "prune"]).await.contains("-y"));
    assert!(done(&server, &["asset", "prune", "-y"]).await.contains("1 assets are gone"));
    assert!(done(&server, &["asset", "prune", "-y"]).await.contains("everything is in use"));

    let other = failed(&server, &["asset", "add", &file, "--sha256", &"ab".repeat(32)]).await;
    assert!(other.contains("its SHA-256 is"), "{other}");
    for (args, says) in [
        (vec!["asset", "add", "https://mirror.lan/x"], "--sha256"),
        (vec!["asset", "add", "/no/such/file"], "/no/such/file"),
        (vec!["asset", "add", "/tmp"], "is no file"),
        (vec!["asset", "add", "file:///etc/passwd", "--sha256", &asset_id(b"x")], "muster asset add FILE"),
        (vec!["asset", "add", &file, "--kind", "image"], "muster image use"),
        (vec!["asset", "add", &file, "--ca", &file], "--ca is for a mirror"),
        (
            vec!["asset", "add", "https://mirror.lan/x", "--sha256", &asset_id(b"x"), "--ca", "/no/such.pem"],
            "/no/such.pem",
        ),
        (
            vec!["asset", "add", "https://mirror.lan/x", "--sha256", &asset_id(b"x"), "--ca", &file],
            "no certificate is in it",
        ),
    ] {
        let said = failed(&server, &args).await;
        assert!(said.contains(says), "{args:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_handed_over_and_goes_elsewhere_in_a_bundle() {
    let (here, there) = (TestServer::new().await, TestServer::new().await);
    let dir = here.dir.path().join("image");
    std::fs::create_dir(&dir).unwrap();
    put(&dir, "vmlinuz", b"a kernel");
    put(&dir, "initramfs.img", b"an initramfs");
    let facts = |bytes: &[u8]| json!({"size_bytes": bytes.len(), "sha256": asset_id(bytes)});
    let manifest = json!({
        "format": 1, "arch": "x86_64", "kernel_version": "6.1.0", "agent_version": env!("CARGO_PKG_VERSION"),
        "muster_version": "0.1.0", "built_at": 1, "modules": 0,
        "vmlinuz": facts(b"a kernel"), "initramfs": facts(b"an initramfs"),
    });
    put(&dir, "image.json", manifest.to_string().as_bytes());
    let used = done(&here, &["image", "use", dir.to_str().unwrap()]).await;
    assert!(used.contains("unknown machines boot image"), "{used}");
    let binary = put(&dir, "undionly.kpxe", b"an iPXE binary");
    for name in ["undionly.kpxe", "undionly-again.kpxe"] {
        done(&here, &["asset", "add", &binary, "--name", name]).await;
    }
    let bundle = here.dir.path().join("bundle.tar");
    let bundle = bundle.to_str().unwrap();
    let exported = done(&here, &["asset", "export", bundle]).await;
    assert!(exported.contains("4 assets"), "{exported}");
    let tar = std::process::Command::new("tar").args(["tf", bundle]).output().unwrap();
    assert_eq!(String::from_utf8(tar.stdout).unwrap().lines().count(), 5);

    for _ in 0..2 {
        assert!(done(&there, &["asset", "import", bundle]).await.contains("4 assets are on the server"));
    }
    let images = |listed: &Value| listed[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(images(&here.read("/api/v1/images").await), images(&there.read("/api/v1/images").await));
    for name in ["undionly.kpxe", "undionly-again.kpxe"] {
        let served = there.request(Method::GET, &format!("/boot/ipxe/{name}")).send().await.unwrap();
        assert_eq!(served.bytes().await.unwrap(), b"an iPXE binary".as_slice());
    }

    let whole = std::fs::read(bundle).unwrap();
    let mut flipped = whole.clone();
    let place = whole.windows(8).position(|window| window == b"a kernel").unwrap();
    flipped[place] ^= 1;
    let mut no_tar = whole.clone();
    no_tar[0] = b'x';
    let file = |name: &str, bytes: &[u8]| put(here.dir.path(), name, bytes);
    let fresh = TestServer::new().await;
    for (bundle, says) in [
        (file("flipped.tar", &flipped), "SHA-256"),
        (file("cut.tar", &whole[..place]), "cut off"),
        (file("text.tar", b"hello"), "no tar archive"),
        (file("head.tar", &no_tar), "damaged"),
        ("/no/such/bundle".to_owned(), "/no/such/bundle"),
    ] {
        let said = failed(&fresh, &["asset", "import", &bundle]).await;
        assert!(said.contains(says), "{bundle}: {said}");
    }
    let damaged = here.dir.path().join("data/assets").join(asset_id(b"a kernel"));
    std::fs::write(damaged, "b kernel").unwrap();
    let said = failed(&here, &["asset", "export", bundle]).await;
    assert!(said.contains("damaged on the server's disk"), "{said}");
    assert!(std::fs::read(bundle).unwrap() == whole && !Path::new(&format!("{bundle}.part")).exists());
}

/// A stream document whose files can't be fetched: nothing listens there.
fn stream(build: &str) -> Value {
    let file = |what: &str| json!({"location": format!("http://127.0.0.1:9/{build}/scos-{build}-live-{what}"), "sha256": asset_id(what.as_bytes())});
    let arch = json!({"artifacts": {"metal": {"release": build, "formats": {"pxe": {
        "kernel": file("kernel.x86_64"), "initramfs": file("initramfs.x86_64.img"), "rootfs": file("rootfs.x86_64.img"),
    }}}}});
    json!({"stream": "c9s", "architectures": {"x86_64": arch}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_releases_boot_image_is_what_its_own_installer_says() {
    let server = TestServer::new().await;
    let dir = server.dir.path();
    let document = put(dir, "stream.json", stream("9.0.20250411-0").to_string().as_bytes());
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in\n'coreos print-stream-json') cat {document};;\nversion) echo \"$0 4.19.0-okd-scos.9\"; echo built from commit x;;\n*) exit 3;;\nesac\n"
    );
    let installer = put(dir, "openshift-install", script.as_bytes());
    std::fs::set_permissions(&installer, std::fs::Permissions::from_mode(0o755)).unwrap();

    let output =
        muster(&server, &["asset", "okd", "--installer", &installer, "--dry-run", "--output", "json"]).await;
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&found[0]["release"], &found[0]["build"]),
        (&json!("4.19.0-okd-scos.9"), &json!("9.0.20250411-0"))
    );
    assert_eq!(found[0]["rootfs"]["sha256"], asset_id(b"rootfs.x86_64.img"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("Secure Boot") && said.contains("okd/issues/2136"), "{said}");

    let fcos = put(dir, "fcos.json", stream("42.20250410.3.2").to_string().as_bytes());
    let refused = ["asset", "okd", "--stream", &fcos, "--release", "4.20.0-okd-scos.1", "--dry-run"];
    let said = failed(&server, &refused).await;
    assert!(said.contains("does not work") && said.contains("okd/issues/2222"), "{said}");
    let forced = done(&server, &[refused.as_slice(), &["--force"]].concat()).await;
    assert!(forced.contains("FCOS 42.20250410.3.2"), "{forced}");
    for (args, says) in [
        (vec!["--stream", &fcos, "--arch", "aarch64"], "nothing for aarch64"),
        (vec!["--stream", "/no/such.json"], "/no/such.json"),
        (vec!["--installer", "/bin/false"], "/bin/false coreos print-stream-json failed"),
        // What it names is fetched by the server, which fetches nothing from itself.
        (vec!["--stream", &document], "--allow-local"),
    ] {
        let said = failed(&server, &[["asset", "okd"].as_slice(), &args].concat()).await;
        assert!(said.contains(says), "{args:?}: {said}");
    }
    assert_eq!(server.read("/api/v1/assets").await, json!([]));

    // By which command it is used stands below, and is taken as it stands once the files are there.
    let (_, command) = forced.split_once("machines by it: muster ").unwrap();
    for kind in ["kernel.x86_64", "initramfs.x86_64.img", "rootfs.x86_64.img"] {
        expect(server.upload(kind, "other", kind.as_bytes()).await, reqwest::StatusCode::OK).await;
    }
    let command: Vec<&str> = command.split_whitespace().collect();
    assert!(done(&server, &command).await.contains("CoreOS 42.20250410.3.2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_fetches_from_another_over_tls_when_it_is_told_whose_word_that_is() {
    let (here, there) = (TestServer::new().await, TestServer::new().await);
    there.choose_image().await;
    let kernel = asset_id(b"kernel of a test");
    let url = format!("{}/boot/asset/{kernel}/vmlinuz", there.tls_base());
    let pem = there.request(Method::GET, "/boot/ca.pem").send().await.unwrap().bytes().await.unwrap();
    let (right, wrong) = (put(here.dir.path(), "ca.pem", &pem), here.dir.path().join("data/tls.crt"));
    let add = ["asset", "add", &url, "--sha256", &kernel, "--allow-local"];
    for unknown in [vec![], vec!["--ca", wrong.to_str().unwrap()]] {
        let said = failed(&here, &[&add[..], &unknown].concat()).await;
        assert!(
            said.contains("its certificate is from no authority") && said.contains("--ca FILE"),
            "{said}"
        );
    }
    assert!(done(&here, &[&add[..], &["--ca", &right]].concat()).await.contains("is on the server"));
}
