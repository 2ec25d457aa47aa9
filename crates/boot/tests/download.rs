//! Downloads from a mirror that misbehaves.

use std::time::Duration;

use boot::AssetId;
use boot::assets::{AssetError, Assets, Authority, DownloadError, Patience, Progress, Source, download};
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;

use crate::inside;
use crate::origin::{Deed, Origin, redirect};

/// Short, so that a mirror that is given up costs no second.
const EAGER: Patience =
    Patience { idle: Duration::from_millis(400), tries: 3, pause: Duration::from_millis(5) };

pub(crate) fn content(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

pub(crate) fn id(content: &[u8]) -> AssetId {
    AssetId::of_digest(Sha256::digest(content).into())
}

pub(crate) struct Shelf {
    assets: Assets,
    pub(crate) authorities: Vec<Authority>,
    dir: tempfile::TempDir,
}

impl Shelf {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { assets: Assets::open(dir.path(), 1 << 20).unwrap(), authorities: Vec::new(), dir }
    }

    pub(crate) async fn fetch(
        &self,
        url: &str,
        id: AssetId,
        allow_local: bool,
    ) -> Result<Progress, DownloadError> {
        let (progress, seen) = watch::channel(Progress::default());
        let source = Source { url: url.parse().unwrap(), allow_local, authorities: self.authorities.clone() };
        let size_bytes = download(&self.assets, id, &source, EAGER, &progress).await?;
        assert_eq!(self.assets.kept(&id).await.unwrap(), Some(size_bytes));
        let seen = *seen.borrow();
        Ok(seen)
    }

    /// Whatever lies in the folder, published or not.
    pub(crate) fn files(&self) -> Vec<String> {
        let names = |folder: &str| {
            let entries = std::fs::read_dir(self.dir.path().join(folder)).unwrap();
            entries
                .map(|entry| entry.unwrap())
                .filter(|entry| entry.path().is_file())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect::<Vec<_>>()
        };
        [names(""), names("arriving"), names("damaged")].concat()
    }
}

#[tokio::test]
async fn what_is_behaved_badly_about_and_mended_in_time_ends_well() {
    let file = content(200_000);
    for (name, deeds, failures) in [
        ("well", vec![], 0),
        ("truncated twice", vec![Deed::Truncate(50_000), Deed::Truncate(70_000)], 2),
        ("silent", vec![Deed::FallSilent(1000)], 1),
        ("never answers once", vec![Deed::NeverAnswer], 1),
        ("ignores the range", vec![Deed::Truncate(50_000), Deed::IgnoreRange], 1),
        ("sends another range", vec![Deed::Truncate(50_000), Deed::WrongRange], 2),
        (
            "busy",
            vec![Deed::Say("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned())],
            1,
        ),
        ("hangs up", vec![Deed::Say(String::new())], 1),
        ("five redirects", (0..5).map(|n| redirect(&format!("/{n}"))).collect(), 0),
    ] {
        let (shelf, origin) = (Shelf::new(), Origin::start("127.0.0.1", &file, deeds).await);
        let progress = shelf
            .fetch(&origin.url(), id(&file), true)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((progress.received_bytes, progress.failures), (200_000, failures), "{name}");
        assert_eq!(shelf.files(), [id(&file).to_string()], "{name}");
        assert!(std::fs::read(shelf.assets.path(&id(&file))).unwrap() == file, "{name}");
    }
}

#[tokio::test]
async fn it_goes_on_where_it_stopped_and_says_what_it_goes_on_from() {
    let file = content(100_000);
    let origin = Origin::start("127.0.0.1", &file, [Deed::Truncate(30_000)]).await;
    Shelf::new().fetch(&origin.url(), id(&file), true).await.unwrap();
    let asked = origin.asked();
    assert!(!asked[0].contains("range:"), "{asked:?}");
    assert!(
        asked[1].contains("range: bytes=30000-") && asked[1].contains("if-range: \"100000-0\""),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_file_that_changes_between_two_attempts_is_begun_anew() {
    let (old, new) = (vec![1; 100_000], content(90_000));
    for etags in [true, false] {
        let shelf = Shelf::new();
        let origin =
            Origin::start("127.0.0.1", &old, [Deed::Truncate(40_000), Deed::Become(new.clone())]).await;
        let origin = if etags { origin } else { origin.without_etags() };
        shelf.fetch(&origin.url(), id(&new), true).await.unwrap();
        assert!(std::fs::read(shelf.assets.path(&id(&new))).unwrap() == new);
    }
}

#[tokio::test]
async fn a_later_run_goes_on_from_an_earlier_one() {
    let file = content(100_000);
    let (shelf, given_up) =
        (Shelf::new(), vec![Deed::Truncate(60_000), Deed::NeverAnswer, Deed::NeverAnswer, Deed::NeverAnswer]);
    let origin = Origin::start("127.0.0.1", &file, given_up).await;
    let error = shelf.fetch(&origin.url(), id(&file), true).await.unwrap_err();
    assert!(matches!(&error, DownloadError::GivenUp { .. }), "{error}");
    assert!(
        error.to_string().contains("goes on from there") && !error.to_string().contains("geheim"),
        "{error}"
    );
    assert_eq!(shelf.assets.received_bytes(&id(&file)).await.unwrap(), 60_000);
    shelf.fetch(&origin.url(), id(&file), true).await.unwrap();
    assert!(origin.asked().last().unwrap().contains("range: bytes=60000-"));
    // What is there is not fetched again.
    let asked = origin.asked().len();
    shelf.fetch(&origin.url(), id(&file), true).await.unwrap();
    assert_eq!(origin.asked().len(), asked);
}

#[tokio::test]
async fn what_can_not_end_well_is_said_and_leaves_nothing() {
    let file = content(10_000);
    let forever = || (0..20).map(|n| redirect(&format!("/{n}"))).collect::<Vec<_>>();
    let close = "Connection: close\r\n\r\n";
    for (deeds, says) in [
        (vec![Deed::Become(vec![7; 10_000])], "its SHA-256 is"),
        (forever(), "sends on more than 5 times"),
        (vec![redirect("file:///etc/passwd")], "file:///etc/passwd begins with neither http:// nor https://"),
        (vec![redirect("ftp://mirror.lan/x")], "begins with neither"),
        (vec![redirect("http://")], "which is no address"),
        (
            vec![Deed::Say(format!("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n{close}"))],
            "which is no address",
        ),
        (vec![Deed::Say(format!("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n{close}"))], "answers 404"),
        (
            vec![Deed::Say(format!("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n{close}x"))],
            "larger than the 1048576 bytes",
        ),
        (vec![Deed::Say(format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{close}"))], "has no bytes"),
        // Without a length the end of the connection is the end of the file.
        (vec![Deed::Say(format!("HTTP/1.1 200 OK\r\n{close}half"))], "its SHA-256 is"),
        (vec![Deed::NeverAnswer; 9], "given up after 3 attempts"),
        (vec![Deed::Say("nonsense\r\n\r\n".to_owned()); 9], "given up after 3 attempts"),
    ] {
        let (shelf, origin) = (Shelf::new(), Origin::start("127.0.0.1", &file, deeds).await);
        let error = shelf.fetch(&origin.url(), id(&file), true).await.unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("geheim"), "{says}: {error}");
        assert_eq!(shelf.assets.received_bytes(&id(&file)).await.unwrap(), 0, "{says}");
        assert_eq!(shelf.assets.kept(&id(&file)).await.unwrap(), None, "{says}");
        // The next try is a fresh one.
        shelf.fetch(&Origin::start("127.0.0.1", &file, []).await.url(), id(&file), true).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_fetched_from_the_server_itself_unless_it_is_allowed() {
    let file = content(1000);
    let (shelf, origin) = (Shelf::new(), Origin::start("127.0.0.1", &file, []).await);
    let port = origin.address.port();
    for host in
        ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0", "[::1]", "169.254.169.254"]
    {
        let url = format!("http://{host}:{port}/x");
        let error = shelf.fetch(&url, id(&file), false).await.unwrap_err();
        assert!(matches!(&error, DownloadError::Refused(_)), "{host}: {error:?}");
        assert!(error.to_string().contains("--allow-local"), "{error}");
    }
    assert!(origin.asked().is_empty());
    assert!(matches!(
        shelf.fetch("ftp://mirror.lan/x", id(&file), true).await,
        Err(DownloadError::Scheme(_))
    ));
}

/// The mirror needs an address that is not the loopback's.
#[test]
fn a_redirect_to_the_server_itself_is_refused() {
    let setup = "ip address add 10.99.0.1/24 dev lo";
    if inside::alone("download::a_redirect_to_the_server_itself_is_refused", setup) {
        return;
    }
    let run = async {
        let file = content(1000);
        let secret = Origin::start("127.0.0.1", &file, []).await;
        for to in [
            format!("http://127.0.0.1:{}/", secret.address.port()),
            format!("http://localhost:{}/", secret.address.port()),
            format!("//127.0.0.1:{}/", secret.address.port()),
            "http://169.254.169.254/latest/meta-data".to_owned(),
        ] {
            let shelf = Shelf::new();
            let mirror = Origin::start("10.99.0.1", &file, [redirect("/elsewhere"), redirect(&to)]).await;
            let error = shelf.fetch(&mirror.url(), id(&file), false).await.unwrap_err();
            assert!(matches!(&error, DownloadError::Refused(_)), "{to}: {error:?}");
            assert_eq!(mirror.asked().len(), 2);
            // The mirror itself is one that may be fetched from.
            shelf.fetch(&mirror.url(), id(&file), false).await.unwrap();
        }
        assert!(secret.asked().is_empty());
    };
    inside::run(run);
}

#[tokio::test]
async fn two_downloads_of_one_asset_do_not_write_into_each_other() {
    let file = content(1000);
    let (shelf, origin) = (Shelf::new(), Origin::start("127.0.0.1", &file, []).await);
    let arrival = shelf.assets.receive(id(&file), None, 0).await.unwrap();
    let error = shelf.fetch(&origin.url(), id(&file), true).await.unwrap_err();
    assert!(matches!(&error, DownloadError::Asset(AssetError::Busy(_))), "{error:?}");
    drop(arrival);
    shelf.fetch(&origin.url(), id(&file), true).await.unwrap();
}

/// On a disk of its own, which has room for a few MiB beside the database's.
#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_download_ends_it_and_leaves_nothing() {
    let setup = "mkdir -p /tmp/muster-small-disk; mount -t tmpfs -o size=90m small /tmp/muster-small-disk";
    if inside::alone(
        "download::a_disk_that_fills_up_in_the_middle_of_a_download_ends_it_and_leaves_nothing",
        setup,
    ) {
        return;
    }
    let run = async {
        let folder = std::path::Path::new("/tmp/muster-small-disk/assets");
        let assets = Assets::open(folder, 1 << 30).unwrap();
        let fetch = async |text: String| {
            let deed = Deed::Say(format!("HTTP/1.1 200 OK\r\n{text}"));
            let origin = Origin::start("127.0.0.1", b"", [deed]).await;
            let source =
                Source { url: origin.url().parse().unwrap(), allow_local: true, authorities: Vec::new() };
            let (progress, _seen) = watch::channel(Progress::default());
            let error = download(&assets, id(b"x"), &source, EAGER, &progress).await.unwrap_err();
            assert!(matches!(error, DownloadError::Asset(AssetError::Full { .. })), "{error:?}");
            assert_eq!(origin.asked().len(), 1, "asking again makes no room");
            assert_eq!(std::fs::read_dir(folder.join("arriving")).unwrap().count(), 0);
            assert_eq!(assets.kept(&id(b"x")).await.unwrap(), None);
            error.to_string()
        };
        let announced = fetch(format!("Content-Length: {}\r\n\r\nx", 80 << 20)).await;
        assert!(announced.contains("disk is full") && announced.contains("make room in"), "{announced}");
        // One that did not say how much it would be.
        let body = "x".repeat(80 << 20);
        let unannounced = fetch(format!("Connection: close\r\n\r\n{body}")).await;
        assert!(unannounced.contains("are free for assets"), "the database's room stays: {unannounced}");
    };
    inside::run(run);
}
