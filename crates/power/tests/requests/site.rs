//! A host in a database, and a machine that shows what the test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use inventory::Clock as _;
use inventory::{Id, ManualClock, Outcome, Timestamp};
use power::{
    Act, AnswerKey, Errand, ErrandState, Machine, Machines, Power, PowerError, Question, Quiet, Request,
    Signs, State, Tuning, WayName, Ways,
};
use secrets::{SecretKey, SecretValue, Secrets};
use store::{Store, StoreError};
use tempfile::TempDir;

const START: Timestamp = Timestamp(1_795_257_600_000);

pub(crate) struct Site {
    pub(crate) power: Power,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) host: Id,
    room: Arc<Room>,
    store: Store,
    secrets: Secrets,
    dir: TempDir,
}

/// What the machine shows.
struct Room(Mutex<Shows>);

struct Shows {
    machine: Machine,
    signs: Signs,
    errand: ErrandState,
}

pub(crate) fn ways(json: &str) -> Ways {
    serde_json::from_str(json).unwrap()
}

pub(crate) fn button() -> WayName {
    "button".parse().unwrap()
}

async fn open(
    store: &Store,
    secrets: &Secrets,
    clock: &Arc<ManualClock>,
    room: &Arc<Room>,
    dir: &TempDir,
) -> Power {
    let tuning = Tuning { poll: Duration::from_millis(2), ..Tuning::default() };
    let power = Power::open(
        store.clone(),
        secrets.clone(),
        clock.clone(),
        room.clone(),
        AnswerKey::new(&[7; 32]),
        dir.path().join("no-such-key"),
        tuning,
    );
    power.await.unwrap()
}

impl Site {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("muster.db")).await.unwrap();
        let secrets =
            Secrets::new(store.clone(), SecretKey::load_or_create(&dir.path().join("secret.key")).unwrap());
        let host: Id = "host1".parse().unwrap();
        store
            .write::<_, StoreError, _>(|tx| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO host (id, name, state, approved, version, source, created_at)
                         VALUES ('host1', 'node1', 'ready', 1, 1, 'agent', 0)",
                    )
                    .execute(tx)
                    .await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
        let machine = Machine {
            id: host.clone(),
            name: "node1".to_owned(),
            place: Some("rack-2/slot-3".to_owned()),
            barred: None,
            macs: vec!["52:54:00:aa:bb:01".parse().unwrap()],
            address: "127.0.0.1".parse().ok(),
            host_keys: vec![],
            has_agent: true,
        };
        let errand = ErrandState { delivered: false, outcome: None, words: String::new() };
        let room = Arc::new(Room(Mutex::new(Shows { machine, signs: Signs::default(), errand })));
        let clock = Arc::new(ManualClock::at(START));
        let power = open(&store, &secrets, &clock, &room, &dir).await;
        Self { power, clock, host, room, store, secrets, dir }
    }

    /// The next server, on what this one left.
    pub(crate) async fn start_anew(&mut self) {
        self.power = open(&self.store, &self.secrets, &self.clock, &self.room, &self.dir).await;
    }

    /// As another version may have left it.
    pub(crate) async fn lose_what_waits(&self, left: Option<&'static str>) {
        let forget = self.store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                let changed = sqlx::query("UPDATE power_attempt SET waiting = $1 WHERE waiting IS NOT NULL");
                assert_eq!(changed.bind(left).execute(tx).await?.rows_affected(), 1);
                Ok(())
            })
        });
        forget.await.unwrap();
    }

    /// Changes what is seen of the machine.
    pub(crate) fn see(&self, change: impl FnOnce(&mut Signs, Timestamp)) {
        change(&mut self.room.0.lock().unwrap().signs, self.clock.now());
    }

    pub(crate) fn heard_now(&self) {
        self.see(|signs, now| signs.heard_at = Some(now));
    }

    pub(crate) fn agent_answers(&self, outcome: Outcome, words: &str) {
        let errand = ErrandState { delivered: true, outcome: Some(outcome), words: words.to_owned() };
        self.room.0.lock().unwrap().errand = errand;
    }

    pub(crate) fn bar(&self, why: &str) {
        self.room.0.lock().unwrap().machine.barred = Some(why.to_owned());
    }

    pub(crate) async fn ask(&self, act: Act, by: Option<&WayName>) -> Result<Request, PowerError> {
        self.power.ask(&self.host, act, by, None, "operator").await
    }

    pub(crate) async fn set(&self, ways: Ways) -> Result<(), PowerError> {
        let (version, _) = self.power.ways(&self.host).await.unwrap();
        self.power.set_ways(&self.host, version, Some(ways), "operator").await
    }

    pub(crate) async fn secret(&self, name: &str, value: &str) {
        let value = SecretValue::new(value).unwrap();
        self.secrets.set(&name.parse().unwrap(), &value, "operator", self.clock.now()).await.unwrap();
    }

    /// The request, once it is as it should be.
    pub(crate) async fn until(&self, request: &Request, is_so: impl Fn(&Request) -> bool) -> Request {
        let waiting = async {
            loop {
                let request = self.power.request(&self.host, &request.id).await.unwrap();
                if is_so(&request) {
                    return request;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(20), waiting).await {
            Ok(request) => request,
            Err(_) => panic!("{:?}", self.power.request(&self.host, &request.id).await),
        }
    }

    pub(crate) async fn ended(&self, request: &Request) -> Request {
        self.until(request, |request| request.state != State::Running).await
    }

    /// What is asked, once something is.
    pub(crate) async fn question(&self) -> Question {
        let waiting = async {
            loop {
                if let Some(question) = self.power.shown(&self.host).await.unwrap().question {
                    return question;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        let events = events::after(self.store.readers(), 0, 100).await.unwrap();
        events.into_iter().map(|event| event.kind.to_string()).collect()
    }

    pub(crate) async fn quiet(&self) -> Vec<Quiet> {
        power::quiet(self.store.readers()).await.unwrap()
    }

    /// All bytes of the database, with what was not yet moved into its main file.
    pub(crate) async fn database(&self) -> Vec<u8> {
        let read = |name: &str| std::fs::read(self.dir.path().join(name)).unwrap_or_default();
        [read("muster.db"), read("muster.db-wal")].concat()
    }
}

impl Machines for Room {
    fn find<'a>(&'a self, host: &'a Id) -> BoxFuture<'a, Result<Option<Machine>, StoreError>> {
        let machine = self.0.lock().unwrap().machine.clone();
        async move { Ok(Some(machine).filter(|machine| machine.id == *host)) }.boxed()
    }

    fn signs<'a>(&'a self, _: &'a Id) -> BoxFuture<'a, Result<Signs, StoreError>> {
        let signs = self.0.lock().unwrap().signs.clone();
        async move { Ok(signs) }.boxed()
    }

    fn send<'a>(
        &'a self,
        _: &'a Id,
        _: Errand,
        _: Duration,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Id, String>> {
        async { Ok("errand1".parse().unwrap()) }.boxed()
    }

    fn errand<'a>(&'a self, _: &'a Id, _: &'a Id) -> BoxFuture<'a, Result<Option<ErrandState>, StoreError>> {
        let errand = self.0.lock().unwrap().errand.clone();
        async move { Ok(Some(errand)) }.boxed()
    }
}
