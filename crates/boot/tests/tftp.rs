//! Real transfers on loopback.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::site::{MAC, Site};
use crate::tftp_client::{Client, Said};
use boot::AssetId;
use boot::assets::{self, Assets, Binaries, Uses, referenced};
use boot::tftp::{BindError, Patience, TftpServer};
use boot::trail::{self, RecordedStep, Step, StepKind};
use inventory::Clock as _;

const LOOPBACK: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

pub(crate) struct Served {
    pub(crate) site: Site,
    pub(crate) address: SocketAddr,
    dir: tempfile::TempDir,
}

/// Sends again soon, so that a lost packet costs no second.
pub(crate) const EAGER: Patience =
    Patience { first: Duration::from_millis(40), longest: Duration::from_millis(80), tries: 5 };

pub(crate) async fn serve(patience: Patience) -> Served {
    let site = Site::new().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("tftp")).unwrap();
    std::fs::write(dir.path().join("secret"), "secret").unwrap();
    let folder = dir.path().join("tftp");
    let server = TftpServer::bind(LOOPBACK.into(), Binaries::in_folder(&folder), site.trail.clone())
        .await
        .unwrap()
        .patience(patience);
    let address = server.address();
    tokio::spawn(server.run(site.stop.clone()));
    Served { site, address, dir }
}

impl Served {
    pub(crate) fn file(&self, name: &str, size: usize) -> Vec<u8> {
        let content: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
        std::fs::write(self.dir.path().join("tftp").join(name), &content).unwrap();
        content
    }

    pub(crate) async fn client(&self) -> Client {
        Client::new(self.address).await
    }

    /// The details of the transfers, once there are so many.
    async fn trail(&self, transfers: usize) -> Vec<String> {
        self.steps(transfers).await.into_iter().map(|step| step.detail).collect()
    }

    /// The transfers, once there are so many.
    pub(crate) async fn steps(&self, transfers: usize) -> Vec<RecordedStep> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            // A transfer is recorded when it ends, and shows when a step with a MAC has claimed it.
            self.site.trail.record(Step::new(StepKind::Decision, self.address.ip()).mac(MAC));
            let attempts = trail::recent(self.site.store.readers(), MAC, 500).await.unwrap();
            let steps = attempts.into_iter().rev().flat_map(|attempt| attempt.steps);
            let told: Vec<_> = steps.filter(|step| step.kind == StepKind::Tftp).collect();
            if told.len() >= transfers {
                return told;
            }
            assert!(Instant::now() < deadline, "waited for {transfers} transfers: {told:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test]
async fn files_of_every_size_arrive_in_blocks_of_every_size() {
    let served = serve(Patience::default()).await;
    for size in [0, 1, 512, 1468, 100_000] {
        let content = served.file("file", size);
        for block in [None, Some(512), Some(1024), Some(1468)] {
            let block_option = block.map(|bytes: usize| ("blksize", bytes.to_string()));
            let options = [("tsize", "0".to_owned())].into_iter().chain(block_option).collect::<Vec<_>>();
            let options = if block.is_none() { vec![] } else { options };
            let got = served.client().await.get("file", &options).await.unwrap();
            assert!(got.content == content, "{size} {block:?}: {} bytes", got.content.len());
            if let Some(block) = block {
                let agreed =
                    [("tsize".to_owned(), size.to_string()), ("blksize".to_owned(), block.to_string())];
                assert_eq!(got.agreed, agreed);
            }
        }
    }
}

#[tokio::test]
async fn a_file_is_written_for_its_client_where_the_folder_has_none() {
    let site = Site::new().await;
    let dir = tempfile::tempdir().unwrap();
    let server =
        TftpServer::bind(LOOPBACK.into(), Binaries::in_folder(dir.path()), site.trail.clone()).await.unwrap();
    let server = server.writing(
        "autoexec.ipxe",
        Box::new(|client| client.is_loopback().then(|| format!("#!ipxe\necho {client}\n"))),
    );
    let address = server.address();
    tokio::spawn(server.run(site.stop.clone()));
    let get =
        async |name: &'static str| Client::new(address).await.get(name, &[("tsize", "0".to_owned())]).await;
    for name in ["autoexec.ipxe", "/autoexec.ipxe"] {
        let got = get(name).await.unwrap();
        assert_eq!(got.content, b"#!ipxe\necho 127.0.0.1\n", "{name}");
        assert_eq!(got.agreed, [("tsize".to_owned(), got.content.len().to_string())]);
    }
    assert!(get("other.ipxe").await.is_err());
    // The operator's own comes first.
    std::fs::write(dir.path().join("autoexec.ipxe"), "mine").unwrap();
    assert_eq!(get("autoexec.ipxe").await.unwrap().content, b"mine");
}

#[tokio::test]
async fn a_file_of_more_than_65535_blocks_arrives() {
    let served = serve(Patience::default()).await;
    let content = served.file("large", 66_000 * 8 + 3);
    let got = served.client().await.get("large", &[("blksize", "8".to_owned())]).await.unwrap();
    assert!(got.content == content);
}

#[tokio::test]
async fn lost_packets_are_sent_again() {
    let served = serve(EAGER).await;
    let content = served.file("file", 3000);
    let mut client = served.client().await;
    // What the client does not hear of, it can't acknowledge: block 2 is lost on the way here, and then its ACK.
    client.lose_data = vec![2, 4];
    client.lose_acks = vec![0, 3];
    let got = client.get("file", &[("tsize", "0".to_owned())]).await.unwrap();
    assert!(got.content == content);
    // A doubled request is one transfer, and an old ACK no reason to send again.
    let mut client = served.client().await;
    client.double_request = true;
    client.double_acks = true;
    let got = client.get("file", &[]).await.unwrap();
    assert!(got.content == content);
}

#[tokio::test]
async fn a_silent_client_is_given_up_and_said_so() {
    let served = serve(EAGER).await;
    served.file("file", 3000);
    let client = served.client().await;
    client.ask("file", "octet", &[]).await;
    assert_eq!(served.trail(1).await, ["file: the client fell silent"]);
}

#[tokio::test]
async fn nothing_leads_out_of_the_folder() {
    let served = serve(Patience::default()).await;
    let folder = served.dir.path().join("tftp");
    std::os::unix::fs::symlink("../secret", folder.join("link")).unwrap();
    served.file("ok", 5);
    let long = "x".repeat(60_000);
    for (name, code) in [
        ("../../etc/passwd", 2),
        ("/etc/passwd", 2),
        ("../secret", 2),
        ("link", 2),
        ("..", 2),
        ("ok\0../secret", 4),
        (long.as_str(), 4),
        ("absent", 1),
    ] {
        let refused = served.client().await.get(name, &[]).await.unwrap_err();
        assert!(matches!(refused, Said::Error { code: said, .. } if said == code), "{name:.40}: {refused:?}");
    }
    assert_eq!(served.client().await.get("/ok", &[]).await.unwrap().content.len(), 5);
    let told = served.trail(9).await;
    assert!(told[0].contains("../../etc/passwd"), "{told:?}");
}

#[tokio::test]
async fn what_is_not_served_is_refused_clearly() {
    let served = serve(Patience::default()).await;
    served.file("file", 5);
    let client = served.client().await;
    client.ask("file", "netascii", &[]).await;
    let Said::Error { message, .. } = client.hear().await.1 else { panic!() };
    assert!(message.contains("only mode octet"), "{message}");
    let client = served.client().await;
    client.send(b"\0\x02file\0octet\0", served.address).await;
    let Said::Error { code: 2, message } = client.hear().await.1 else { panic!() };
    assert!(message.contains("nothing can be written"), "{message}");
    assert!(std::fs::read(served.dir.path().join("tftp/file")).unwrap().len() == 5);
}

#[tokio::test]
async fn firmware_that_asks_for_the_size_only_ends_its_transfer() {
    let served = serve(Patience::default()).await;
    served.file("snponly.efi", 5000);
    let client = served.client().await;
    client.ask("snponly.efi", "octet", &[("tsize", "0".to_owned())]).await;
    let (transfer, said) = client.hear().await;
    assert!(matches!(said, Said::Agreed(_)), "{said:?}");
    client.send(b"\0\x05\0\x00aborted\0", transfer).await;
    assert_eq!(served.trail(1).await, ["snponly.efi, its size only"]);
}

#[tokio::test]
async fn a_stranger_in_a_transfer_is_turned_away_and_spoils_nothing() {
    let served = serve(Patience::default()).await;
    let content = served.file("file", 700);
    let client = served.client().await;
    client.ask("file", "octet", &[]).await;
    let (transfer, first) = client.hear().await;
    let stranger = served.client().await;
    stranger.send(b"\0\x04\0\x01", transfer).await;
    let (_, said) = stranger.hear().await;
    assert!(matches!(said, Said::Error { code: 5, .. }), "{said:?}");
    client.send(b"\0\x04\0\x01", transfer).await;
    let (_, second) = client.hear().await;
    let (Said::Data(1, first), Said::Data(2, second)) = (first, second) else { panic!() };
    assert!([first, second].concat() == content);
}

#[tokio::test]
async fn one_address_has_eight_transfers_and_the_ninth_waits() {
    let served = serve(EAGER).await;
    let content = served.file("file", 100);
    let mut holding = Vec::new();
    for _ in 0..8 {
        let client = served.client().await;
        client.ask("file", "octet", &[]).await;
        client.hear().await;
        holding.push(client);
    }
    // It asks again, as firmware does, and has its turn when the silent ones are given up.
    let got = served.client().await.get("file", &[]).await.unwrap();
    assert!(got.content == content);
}

#[tokio::test]
async fn an_asset_of_the_name_comes_before_a_file_of_the_folder() {
    let site = Site::new().await;
    let dir = tempfile::tempdir().unwrap();
    let assets = Assets::open(&dir.path().join("assets"), 1 << 20).unwrap();
    let served = assets::Served::none(assets.clone(), site.clock.clone());
    std::fs::write(dir.path().join("snponly.efi"), "of the folder").unwrap();
    let binaries = Binaries::new(served.clone(), dir.path());
    let server = TftpServer::bind(LOOPBACK.into(), binaries, site.trail.clone()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.run(site.stop.clone()));
    let get = async || Client::new(address).await.get("/snponly.efi", &[]).await.unwrap().content;
    assert_eq!(get().await, b"of the folder");
    let id = AssetId::of_digest([7; 32]);
    std::fs::write(assets.path(&id), "an asset").unwrap();
    let referenced = referenced([], &[], [("snponly.efi".parse().unwrap(), id)].into());
    served.replace(Uses::default().turn(&referenced, site.clock.now()));
    assert_eq!(get().await, b"an asset");
}

#[tokio::test]
async fn curl_fetches_a_file() {
    let served = serve(Patience::default()).await;
    let content = served.file("undionly.kpxe", 70_001);
    let url = format!("tftp://{}/undionly.kpxe", served.address);
    let run = tokio::task::spawn_blocking(move || {
        std::process::Command::new("curl").args(["-sS", "--max-time", "60", &url]).output().unwrap()
    });
    let output = run.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout == content);
    assert_eq!(served.trail(1).await, ["undionly.kpxe"]);
}

#[tokio::test]
async fn a_port_in_use_is_named_with_what_to_do() {
    let served = serve(Patience::default()).await;
    let error =
        TftpServer::bind(served.address, Binaries::in_folder(served.dir.path()), served.site.trail.clone())
            .await
            .unwrap_err();
    assert!(matches!(error, BindError::InUse { .. }));
    let text = error.to_string();
    assert!(text.contains(&served.address.port().to_string()) && text.contains("--tftp-listen"), "{text}");
    let elsewhere = "203.0.113.1:0".parse().unwrap();
    let error =
        TftpServer::bind(elsewhere, Binaries::in_folder(served.dir.path()), served.site.trail.clone())
            .await
            .unwrap_err();
    assert!(matches!(error, BindError::Other { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_stopped_gives_its_port_back() {
    let served = serve(Patience::default()).await;
    served.site.stop.cancel();
    let deadline = Instant::now() + Duration::from_secs(30);
    while TftpServer::bind(served.address, Binaries::in_folder(served.dir.path()), served.site.trail.clone())
        .await
        .is_err()
    {
        assert!(Instant::now() < deadline, "the port is still in use");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
