//! A database and a trail for a test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use boot::trail::{self, Attempt, Trail};
use inventory::{MacAddr, ManualClock, Timestamp};
use store::Store;
use tokio_util::sync::CancellationToken;

pub(crate) const NOW: Timestamp = Timestamp(1_795_257_600_000);
pub(crate) const MAC: MacAddr = MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]);

pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) trail: Trail,
    pub(crate) stop: CancellationToken,
    _dir: tempfile::TempDir,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let (trail, writer) = Trail::new(store.clone(), clock.clone());
        let stop = CancellationToken::new();
        tokio::spawn(writer.run(stop.clone()));
        Self { store, clock, trail, stop, _dir: dir }
    }

    /// The machine's attempts, as soon as they have `steps` steps in all.
    pub(crate) async fn attempts(&self, mac: MacAddr, steps: usize) -> Vec<Attempt> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let attempts = trail::recent(self.store.readers(), mac, 100).await.unwrap();
            let stored: usize = attempts.iter().map(|attempt| attempt.steps.len()).sum();
            if stored >= steps {
                assert_eq!(stored, steps, "{attempts:#?}");
                return attempts;
            }
            assert!(Instant::now() < deadline, "waited for {steps} steps: {attempts:#?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
