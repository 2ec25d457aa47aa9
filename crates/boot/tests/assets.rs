//! The folder of assets: whole and right, or not there.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use boot::AssetId;
use boot::assets::{AssetError, Assets, Verdict};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::inside;

fn id(bytes: &[u8]) -> AssetId {
    AssetId::of_digest(Sha256::digest(bytes).into())
}

fn open() -> (Assets, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (Assets::open(dir.path(), 1 << 20).unwrap(), dir)
}

async fn put(assets: &Assets, id: AssetId, bytes: &[u8]) -> Result<u64, AssetError> {
    let mut arrival = assets.receive(id, Some(bytes.len() as u64), 0).await?.unwrap();
    arrival.write(bytes).await?;
    arrival.finish().await
}

#[tokio::test]
async fn what_is_not_what_its_name_says_leaves_nothing() {
    let (assets, dir) = open();
    let right = id(b"content");
    let error = put(&assets, right, b"another").await.unwrap_err();
    assert!(matches!(&error, AssetError::Hash { expected, .. } if *expected == right), "{error}");
    let mut arrival = assets.receive(right, Some(7), 0).await.unwrap().unwrap();
    let error = arrival.write(b"contents").await.unwrap_err();
    assert!(matches!(error, AssetError::Longer { expected_bytes: 7, .. }), "{error}");
    drop(arrival);
    for (size_bytes, says) in [(0, "no bytes"), ((1 << 20) + 1, "larger"), (u64::MAX, "larger")] {
        let error = assets.receive(right, Some(size_bytes), 0).await.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let mut unannounced = assets.receive(right, None, 0).await.unwrap().unwrap();
    let error = unannounced.write(&vec![0; (1 << 20) + 1]).await.unwrap_err();
    assert!(matches!(error, AssetError::TooLarge { .. }), "{error}");
    drop(unannounced);
    assert_eq!((assets.kept(&right).await.unwrap(), assets.received_bytes(&right).await.unwrap()), (None, 0));
    assert_eq!(put(&assets, right, b"content").await.unwrap(), 7);
    assert_eq!(std::fs::read(dir.path().join(right.to_string())).unwrap(), b"content");
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped_and_nowhere_else() {
    let (assets, _dir) = open();
    let right = id(b"content");
    let mut arrival = assets.receive(right, Some(7), 0).await.unwrap().unwrap();
    arrival.write(b"con").await.unwrap();
    let busy = assets.receive(right, Some(7), 0).await.unwrap_err();
    assert!(matches!(busy, AssetError::Busy(_)), "{busy}");
    let short = arrival.finish().await.unwrap_err();
    assert!(matches!(short, AssetError::Shorter { received_bytes: 3, expected_bytes: 7, .. }), "{short}");
    for wrong in [1, 4, 7] {
        let error = assets.receive(right, Some(7), wrong).await.unwrap_err();
        assert!(matches!(error, AssetError::Offset { received_bytes: 3, .. }), "{error}");
    }
    let mut arrival = assets.receive(right, Some(7), 3).await.unwrap().unwrap();
    arrival.write(b"tent").await.unwrap();
    arrival.finish().await.unwrap();
    assert!(assets.receive(right, Some(7), 0).await.unwrap().is_none());
}

#[tokio::test]
async fn what_lies_on_the_disk_counts_when_it_goes_on() {
    let (assets, dir) = open();
    let right = id(b"content");
    let mut arrival = assets.receive(right, Some(7), 0).await.unwrap().unwrap();
    arrival.write(b"con").await.unwrap();
    arrival.finish().await.unwrap_err();
    // A power cut may leave zeros where bytes were.
    std::fs::write(dir.path().join("arriving").join(right.to_string()), b"\0\0\0").unwrap();
    let mut arrival = assets.receive(right, Some(7), 3).await.unwrap().unwrap();
    arrival.write(b"tent").await.unwrap();
    assert!(matches!(arrival.finish().await, Err(AssetError::Hash { .. })));
    put(&assets, right, b"content").await.unwrap();
}

#[tokio::test]
async fn damage_is_found_put_aside_and_mended() {
    let (assets, dir) = open();
    let right = id(b"content");
    assert_eq!(assets.verify(&right).await.unwrap(), Verdict::Missing);
    put(&assets, right, b"content").await.unwrap();
    assert_eq!(assets.verify(&right).await.unwrap(), Verdict::Whole);
    std::fs::write(assets.path(&right), "c0ntent").unwrap();
    assert_eq!(assets.verify(&right).await.unwrap(), Verdict::Damaged);
    let aside = dir.path().join("damaged").join(right.to_string());
    assert!(aside.exists() && assets.kept(&right).await.unwrap().is_none());
    put(&assets, right, b"content").await.unwrap();
    assert!(!aside.exists());
    for _ in 0..2 {
        assets.remove(&right).await.unwrap();
    }
    assert_eq!(assets.verify(&right).await.unwrap(), Verdict::Missing);
}

#[tokio::test]
async fn what_was_given_up_is_taken_off_after_a_day_and_what_is_known_stays() {
    let (assets, dir) = open();
    let (known, stray, half) = (id(b"known"), id(b"stray"), id(b"half"));
    put(&assets, known, b"known").await.unwrap();
    put(&assets, stray, b"stray").await.unwrap();
    let mut arrival = assets.receive(half, Some(4), 0).await.unwrap().unwrap();
    arrival.write(b"ha").await.unwrap();
    std::fs::write(dir.path().join("notes.txt"), "an operator's").unwrap();
    let all = HashSet::from([known]);
    assert_eq!(assets.sweep(&all, SystemTime::now()).await.unwrap(), 0);
    let later = SystemTime::now() + Duration::from_secs(25 * 3600);
    assert_eq!(assets.sweep(&all, later).await.unwrap(), 1, "what is arriving stays");
    drop(arrival);
    assert_eq!(assets.sweep(&all, later).await.unwrap(), 1);
    assert!(assets.kept(&known).await.unwrap().is_some() && dir.path().join("notes.txt").exists());
}

/// On a disk of its own, which is small.
#[test]
fn a_disk_that_fills_up_in_the_middle_leaves_nothing_and_says_so() {
    let setup = "mkdir -p /tmp/muster-small-disk; mount -t tmpfs -o size=80m small /tmp/muster-small-disk";
    if inside::alone("assets::a_disk_that_fills_up_in_the_middle_leaves_nothing_and_says_so", setup) {
        return;
    }
    let disk = std::path::Path::new("/tmp/muster-small-disk");
    let run = async {
        let assets = Assets::open(&disk.join("assets"), 1 << 30).unwrap();
        let large = vec![7; 8 << 20];
        let right = id(&large);
        // What can't fit is refused before a byte of it is taken.
        let error = assets.receive(right, Some(40 << 20), 0).await.unwrap_err().to_string();
        assert!(error.contains("disk is full") && error.contains("41943040 bytes more"), "{error}");
        // Somebody else fills the disk in the meantime.
        let mut arrival = assets.receive(right, Some(large.len() as u64), 0).await.unwrap().unwrap();
        arrival.write(&large[..1 << 20]).await.unwrap();
        let filler = disk.join("filler");
        std::fs::write(&filler, vec![0; 77 << 20]).unwrap();
        let mut ended = Ok(());
        for chunk in large[1 << 20..].chunks(1 << 20) {
            ended = arrival.write(chunk).await;
            if ended.is_err() {
                break;
            }
        }
        let error = match ended {
            Err(error) => error,
            Ok(()) => panic!("it fits"),
        };
        assert!(matches!(&error, AssetError::Full { .. }), "{error:?}");
        assert!(error.to_string().contains("make room in"), "{error}");
        drop(arrival);
        assert_eq!(std::fs::read_dir(disk.join("assets/arriving")).unwrap().count(), 0);
        assert_eq!(assets.kept(&right).await.unwrap(), None);
        std::fs::remove_file(&filler).unwrap();
        put(&assets, right, &large).await.unwrap();
    };
    inside::run(run);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However it is cut up and wherever it breaks off: what is published is what was sent.
    #[test]
    fn any_way_of_sending_ends_with_the_same_bytes(
        bytes in prop::collection::vec(any::<u8>(), 1..3000),
        cuts in prop::collection::vec((1_usize..700, any::<bool>()), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (assets, _dir) = open();
            let (right, size_bytes) = (id(&bytes), Some(bytes.len() as u64));
            let mut arrival = assets.receive(right, size_bytes, 0).await.unwrap().unwrap();
            let (mut rest, mut cuts) = (bytes.as_slice(), cuts.into_iter().cycle());
            while !rest.is_empty() {
                let (length, breaks_off) = cuts.next().unwrap();
                let (now, later) = rest.split_at(length.min(rest.len()));
                arrival.write(now).await.unwrap();
                rest = later;
                if breaks_off && !rest.is_empty() {
                    assert!(arrival.finish().await.is_err());
                    let offset = assets.received_bytes(&right).await.unwrap();
                    assert_eq!(offset, (bytes.len() - rest.len()) as u64);
                    arrival = assets.receive(right, size_bytes, offset).await.unwrap().unwrap();
                }
            }
            arrival.finish().await.unwrap();
            assert!(std::fs::read(assets.path(&right)).unwrap() == bytes);
        });
    }
}
