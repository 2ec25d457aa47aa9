use inventory::{ManualClock, Timestamp};
use tokio::time::sleep;

use super::*;
use crate::collect::Collectors;
use crate::start::Start;
use crate::tree::Builder;

struct Scene {
    outbox: Arc<Outbox>,
    orders: mpsc::Sender<Order>,
    newest: watch::Receiver<Option<Arc<Report>>>,
}

/// A watcher of this machine. Time stands still in these tests until everybody waits, and then jumps to the next timer.
fn watching(tree: &Builder) -> Scene {
    let start = Arc::new(Start::new(&tree.root()).unwrap());
    let clock = Arc::new(ManualClock::at(Timestamp(1)));
    let reporter = Reporter {
        collectors: Collectors::new(tree.root()),
        start: Arc::clone(&start),
        clock: clock.clone(),
    };
    let sampler = Sampler::new(tree.root(), start, clock);
    let outbox = Arc::new(Outbox::default());
    let (orders, taken) = mpsc::channel(4);
    let (publish, newest) = watch::channel(None);
    tokio::spawn(Watcher::new(reporter, sampler, Arc::clone(&outbox), taken, publish).watch());
    Scene { outbox, orders, newest }
}

impl Scene {
    async fn next(&self) -> (Kind, String) {
        let letter = self.outbox.next().await;
        self.outbox.settle(&letter);
        (letter.kind, String::from_utf8_lossy(&letter.body).into_owned())
    }
}

fn machine() -> Builder {
    Builder::new().file("/proc/cpuinfo", "model name : Old\n\n").file("/proc/uptime", "21.67 61.06\n")
}

const HOURS: Duration = Duration::from_secs(3 * 3600);

#[tokio::test(start_paused = true)]
async fn the_inventory_is_sent_again_when_it_changed_and_only_then() {
    let tree = machine();
    let scene = watching(&tree);
    assert!(scene.next().await.1.contains("Old"));
    sleep(HOURS).await;
    assert!(scene.outbox.first().is_none());

    let _tree = tree.file("/proc/cpuinfo", "model name : New\n\n");
    let (kind, body) = scene.next().await;
    assert!(kind == Kind::Inventory && body.contains("New"), "{body}");
    let newest = scene.newest.borrow().clone().unwrap();
    assert_eq!(newest.sections.cpu.data().unwrap().model.as_deref(), Some("New"));
}

#[tokio::test(start_paused = true)]
async fn the_inventory_is_sent_when_it_was_asked_for() {
    let tree = machine();
    let scene = watching(&tree);
    let first = scene.next().await;
    assert_eq!(first.0, Kind::Inventory);
    scene.orders.send(Order::Report).await.unwrap();
    assert_eq!(scene.next().await.0, Kind::Inventory);
}

#[tokio::test(start_paused = true)]
async fn samples_are_taken_once_somebody_wants_them() {
    let tree = machine();
    let scene = watching(&tree);
    scene.next().await;
    sleep(HOURS).await;
    assert!(scene.outbox.first().is_none());
    scene.orders.send(Order::sample_every_secs(30)).await.unwrap();
    for seq in 1..=3 {
        let (kind, body) = scene.next().await;
        assert!(kind == Kind::Sample && body.contains(&format!("\"seq\":{seq}")), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_goes_dark_is_a_failure_and_no_inventory() {
    let tree = Builder::new();
    let scene = watching(&tree);
    let (kind, body) = scene.next().await;
    assert!(kind == Kind::Failure && body.contains("no section could be collected"), "{body}");
}
