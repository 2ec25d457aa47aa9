//! What operators and the loop guard say of boots: at once, on the disk behind, and still known after a restart.

use std::sync::Arc;
use std::time::Duration;

use boot::control::{Control, ControlError};
use boot::next::{Next, NextAction, Subject};
use boot::options::HostOptions;
use boot::site::{DiscoverySystem, Image, ImageId, Site};
use boot::{Action, Arch, Decision, Machine, decide};
use hosts::{HostFacts, State};
use inventory::{Clock as _, Id, MacAddr, ManualClock, Timestamp};
use store::Store;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const START: Timestamp = Timestamp(1_795_257_600_000);

struct Room {
    store: Store,
    clock: Arc<ManualClock>,
    control: Control,
    stop: CancellationToken,
    writer: tokio::task::JoinHandle<()>,
    dir: TempDir,
}

impl Room {
    async fn new() -> Self {
        Self::at(tempfile::tempdir().unwrap(), Arc::new(ManualClock::at(START))).await
    }

    async fn at(dir: TempDir, clock: Arc<ManualClock>) -> Self {
        let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
        let (control, writer) = Control::open(store.clone(), clock.clone()).await.unwrap();
        let stop = CancellationToken::new();
        let writer = tokio::spawn(writer.run(stop.clone()));
        Self { store, clock, control, stop, writer, dir }
    }

    /// The server stops and starts again.
    async fn restarted(self) -> Self {
        let Self { store, clock, control, stop, writer, dir } = self;
        stop.cancel();
        writer.await.unwrap();
        drop(control);
        store.close().await;
        Self::at(dir, clock).await
    }

    fn boots(&self, mac: MacAddr, host: Option<&HostFacts>) -> Decision {
        let image = Image { arch: Arch::X86_64, id: ImageId::of_digest(&[1; 32]) };
        let site = Site { discovery: vec![DiscoverySystem::Image(image)], known: vec![] };
        let machine = Machine::new(mac, Some("x86_64"), Some("efi"));
        let said = self.control.asks(mac, host);
        let decision = decide(&said.inputs(&machine, host, &site, None));
        self.control.answered(mac, host, &said, &decision);
        decision
    }

    async fn kinds(&self) -> Vec<String> {
        let events = events::after(self.store.readers(), 0, 1000).await.unwrap();
        events.into_iter().map(|event| event.kind.to_string()).collect()
    }

    /// Adds the host's row, that its options may stand beside.
    async fn add(&self, host: &HostFacts) {
        let (id, name) = (host.id.to_string(), host.name.clone());
        self.store
            .write::<_, store::StoreError, _>(move |tx| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO host (id, name, state, approved, version, source, created_at)
                         VALUES ($1, $2, 'ready', 1, 1, 'agent', 0)",
                    )
                    .bind(id)
                    .bind(name)
                    .execute(tx)
                    .await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
    }
}

fn mac(last: u8) -> MacAddr {
    MacAddr::new([0x52, 0x54, 0, 0, 0, last])
}

fn host(last_seen_at: Option<Timestamp>) -> HostFacts {
    HostFacts {
        id: "1795257600_k3f9a2c".parse().unwrap(),
        name: "node1".to_owned(),
        place: None,
        state: State::Ready,
        approved: true,
        last_seen_at,
        goodbye_at: None,
    }
}

fn word(action: NextAction, now: Timestamp, hours: u64) -> Next {
    Next {
        action,
        reason: "a new disk".to_owned(),
        actor: "operator".to_owned(),
        made_at: now,
        expires_at: now.plus(Duration::from_secs(hours * 3600)),
        used_at: None,
    }
}

#[tokio::test]
async fn a_machine_in_a_loop_is_held_until_it_is_released_and_a_restart_does_not_forget_it() {
    let mut room = Room::new().await;
    let host = host(Some(START.minus(Duration::from_secs(60))));
    for _ in 0..5 {
        for _retry in 0..3 {
            assert!(matches!(room.boots(mac(1), Some(&host)).action, Action::Discover(_)));
            room.clock.advance(Duration::from_secs(2));
        }
        room.clock.advance(Duration::from_secs(120));
        // The fourth of five boots is counted, whoever restarts the server meanwhile.
        room = room.restarted().await;
    }
    let held = room.boots(mac(1), Some(&host));
    assert_eq!(held.action, Action::LocalDisk);
    assert!(held.reason.contains("node1 is held at its disk"), "{}", held.reason);
    let room = room.restarted().await;
    assert_eq!(room.control.holds().len(), 1);
    assert_eq!(room.kinds().await, ["boot.looped"]);
    assert_eq!(room.boots(mac(1), Some(&host)).action, Action::LocalDisk);
    // Another card of the same host has booted never.
    assert!(matches!(room.boots(mac(2), Some(&host)).action, Action::Discover(_)));
    let not_held = room.control.release(&[mac(2)], "52:54:00:00:00:02", "operator").await;
    assert!(matches!(not_held, Err(ControlError::NotHeld(_))));
    room.control.release(&[mac(1)], "node1", "operator").await.unwrap();
    assert!(matches!(room.boots(mac(1), Some(&host)).action, Action::Discover(_)));
    let room = room.restarted().await;
    assert_eq!(room.control.holds(), []);
    assert_eq!(room.kinds().await, ["boot.looped", "boot.released"]);
}

#[tokio::test]
async fn an_agent_that_speaks_lets_its_machine_go() {
    let room = Room::new().await;
    let quiet = host(None);
    for _ in 0..5 {
        room.boots(mac(1), Some(&quiet));
        room.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(room.boots(mac(1), Some(&quiet)).action, Action::LocalDisk);
    room.control.heard(&"somebody-else".parse::<Id>().unwrap(), Some(mac(9)));
    assert_eq!(room.control.holds_of(&quiet.id).len(), 1);
    room.control.heard(&quiet.id, None);
    assert_eq!(room.control.holds(), []);
    // An enrolment tells the card: its boots begin anew.
    for _ in 0..4 {
        room.boots(mac(1), Some(&quiet));
        room.clock.advance(Duration::from_secs(60));
    }
    room.control.heard(&quiet.id, Some(mac(1)));
    // Heard by another way: the host's row says so.
    for _ in 0..6 {
        room.boots(mac(1), Some(&quiet));
        room.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(room.control.holds().len(), 1);
    let heard = host(Some(room.clock.now()));
    assert!(matches!(room.boots(mac(1), Some(&heard)).action, Action::Discover(_)));
    let room = room.restarted().await;
    assert_eq!(room.kinds().await, ["boot.looped", "boot.released", "boot.looped", "boot.released"]);
    assert_eq!(room.control.holds(), []);
}

#[tokio::test]
async fn an_operators_word_is_for_one_boot_and_gets_a_machine_out_of_a_hold() {
    let room = Room::new().await;
    let host = host(None);
    for _ in 0..6 {
        room.boots(mac(1), Some(&host));
        room.clock.advance(Duration::from_secs(60));
    }
    let subject = Subject::Host(host.id.clone());
    let now = room.clock.now();
    room.control.set_next(subject.clone(), "node1", word(NextAction::Discover, now, 2)).await.unwrap();
    // A preview uses nothing.
    assert!(room.control.peek(mac(1), Some(&host)).next.is_some());
    let room = room.restarted().await;
    let decision = room.boots(mac(1), Some(&host));
    assert!(matches!(decision.action, Action::Discover(_)) && decision.reason.contains("a new disk"));
    // The same boot, and its other cards, may ask again for two minutes; a restart of the server knows that it was used.
    room.clock.advance(Duration::from_secs(119));
    let room = room.restarted().await;
    assert!(matches!(room.boots(mac(2), Some(&host)).action, Action::Discover(_)));
    room.clock.advance(Duration::from_secs(2));
    assert_eq!(room.boots(mac(1), Some(&host)).action, Action::LocalDisk);
    let kinds = room.restarted().await.kinds().await;
    assert_eq!(kinds, ["boot.looped", "boot.next-set", "boot.next-used"]);
}

#[tokio::test]
async fn a_word_is_over_after_its_time_and_can_be_taken_back() {
    let room = Room::new().await;
    let unknown = Subject::Mac(mac(7));
    let now = room.clock.now();
    room.control.set_next(unknown.clone(), "x", word(NextAction::LocalDisk, now, 1)).await.unwrap();
    assert_eq!(room.boots(mac(7), None).action, Action::LocalDisk);
    room.clock.advance(Duration::from_secs(300));
    assert!(matches!(room.boots(mac(7), None).action, Action::Discover(_)));
    let now = room.clock.now();
    room.control.set_next(unknown.clone(), "x", word(NextAction::LocalDisk, now, 1)).await.unwrap();
    assert!(room.control.clear_next(&unknown, "x", "operator").await.unwrap());
    assert!(!room.control.clear_next(&unknown, "x", "operator").await.unwrap());
    room.control.set_next(unknown.clone(), "x", word(NextAction::LocalDisk, now, 1)).await.unwrap();
    room.clock.advance(Duration::from_secs(3600));
    assert!(matches!(room.boots(mac(7), None).action, Action::Discover(_)));
    // What is over leaves no row.
    room.control.sweep();
    let room = room.restarted().await;
    let left: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM boot_next").fetch_one(room.store.readers()).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn options_are_kept_versioned_and_told() {
    let room = Room::new().await;
    let host = host(None);
    room.add(&host).await;
    let mut options = HostOptions::default();
    options.set_vlan("42").unwrap();
    let set = async |version, options| {
        room.control.set_options(&host.id, "node1", version, options, "operator").await
    };
    assert_eq!(set(0, options.clone()).await.unwrap(), 1);
    assert_eq!(set(1, options.clone()).await.unwrap(), 1, "nothing changed");
    assert!(matches!(set(0, HostOptions::default()).await, Err(ControlError::Changed(_))));
    assert_eq!(room.control.asks(mac(1), Some(&host)).options, options);
    let room = room.restarted().await;
    assert_eq!(room.control.options(&host.id), (1, options));
    assert_eq!(room.kinds().await, ["boot.options-changed"]);
    room.control.forget(&host.id);
    assert_eq!(room.control.options(&host.id), (0, HostOptions::default()));
}

#[tokio::test]
async fn what_can_not_be_written_is_written_later() {
    let room = Room::new().await;
    let forbid = "CREATE TRIGGER no_guard BEFORE INSERT ON boot_guard BEGIN SELECT RAISE(ABORT, 'no'); END";
    run(&room.store, forbid).await;
    for _ in 0..6 {
        room.boots(mac(1), None);
        room.clock.advance(Duration::from_secs(60));
    }
    // Held all the same: nobody waits for the disk.
    assert_eq!(room.control.holds().len(), 1);
    assert!(room.kinds().await.is_empty());
    run(&room.store, "DROP TRIGGER no_guard").await;
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while room.kinds().await != ["boot.looped"] {
        assert!(std::time::Instant::now() < deadline, "it was never written");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn run(store: &Store, sql: &'static str) {
    store
        .write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { Ok(sqlx::query(sql).execute(tx).await.map(drop)?) })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn macs_without_end_take_no_memory_without_end() {
    let room = Room::new().await;
    for number in 0..20_000_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        room.boots(MacAddr::new([2, 0, 0, a, b, c]), None);
    }
    let room = room.restarted().await;
    let rows: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM boot_guard").fetch_one(room.store.readers()).await.unwrap();
    assert_eq!(rows, 16_384);
    room.clock.advance(Duration::from_secs(2 * 3600));
    room.control.sweep();
    let room = room.restarted().await;
    let rows: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM boot_guard").fetch_one(room.store.readers()).await.unwrap();
    assert_eq!(rows, 0);
}
