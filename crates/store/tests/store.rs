//! The store on a real file.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::future::Future as _;

use store::{OpenError, Store, StoreError};

async fn count(store: &Store) -> i64 {
    sqlx::query_scalar("SELECT probes FROM write_probe").fetch_one(store.readers()).await.unwrap()
}

async fn bump(store: &Store) -> Result<(), StoreError> {
    store
        .write(|tx| {
            Box::pin(async move {
                sqlx::query("UPDATE write_probe SET probes = probes + 1").execute(tx).await?;
                Ok(())
            })
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_fails_or_panics_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    let failing = store.write::<(), StoreError, _>(|tx| {
        Box::pin(async move {
            sqlx::query("UPDATE write_probe SET probes = probes + 100").execute(&mut *tx).await?;
            sqlx::query("INSERT INTO no_such_table VALUES (1)").execute(tx).await?;
            Ok(())
        })
    });
    let panicking = store.write::<(), StoreError, _>(|tx| {
        Box::pin(async move {
            sqlx::query("UPDATE write_probe SET probes = probes + 100").execute(tx).await?;
            panic!("on purpose");
        })
    });
    let (a, failed, b, panicked, c) =
        tokio::join!(bump(&store), failing, bump(&store), panicking, bump(&store));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert!(matches!(failed, Err(StoreError::Sql(_))));
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    assert_eq!(count(&store).await, 3);
    store.close().await;
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("muster.db");
    let store = Store::open(&path).await.unwrap();
    bump(&store).await.unwrap();
    store.close().await;
    assert!(matches!(bump(&store).await, Err(StoreError::Closed)));
    assert_eq!(count(&Store::open(&path).await.unwrap()).await, 1);
}

#[tokio::test]
async fn readers_can_not_write() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    let refused = sqlx::query("UPDATE write_probe SET probes = 9").execute(store.readers()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_queue_that_is_full_says_so_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
    // On this one-threaded runtime the writer can't run before we wait, so the queue fills up.
    let mut waiting: Vec<_> = (0..3000).map(|_| Box::pin(bump(&store))).collect();
    let mut results = Vec::new();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    for change in &mut waiting {
        results.push(change.as_mut().poll(&mut context));
    }
    let busy = results.iter().filter(|r| matches!(r, std::task::Poll::Ready(Err(StoreError::Busy)))).count();
    assert_eq!(busy, 3000 - 2048);
    let done = futures_util::future::join_all(
        waiting.into_iter().zip(results).filter(|(_, r)| r.is_pending()).map(|(change, _)| change),
    );
    assert!(done.await.iter().all(Result::is_ok));
    assert_eq!(count(&store).await, 2048);
}

#[tokio::test]
async fn a_database_that_can_not_be_opened_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("no/such/folder/muster.db");
    let error = Store::open(&missing).await.unwrap_err();
    assert!(matches!(error, OpenError::Open { .. }));
    assert!(error.to_string().contains("no/such/folder/muster.db"));

    let garbage = dir.path().join("garbage.db");
    std::fs::write(&garbage, [0x55_u8; 8192]).unwrap();
    assert!(Store::open(&garbage).await.unwrap_err().to_string().contains("garbage.db"));
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("muster.db");
    let store = Store::open(&path).await.unwrap();
    bump(&store).await.unwrap();
    // SQLite answers SQLITE_FULL at `max_page_count` just as at the end of a disk.
    let full = store
        .write::<(), StoreError, _>(|tx| {
            Box::pin(async move {
                let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *tx).await?;
                let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 1));
                sqlx::query(limit).execute(&mut *tx).await?;
                sqlx::query("CREATE TABLE big (b BLOB)").execute(&mut *tx).await?;
                sqlx::query("INSERT INTO big VALUES (zeroblob(1000000))").execute(&mut *tx).await?;
                Ok(())
            })
        })
        .await;
    assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
    bump(&store).await.unwrap();
    assert_eq!(count(&store).await, 2);
}
