//! A server's part that sets gateways up, and the fake OPNsense that it does it to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fake_opnsense::{FakeOpnSense, Options, User};
use futures_util::future::BoxFuture;
use gateway::opnsense::{Credential, Examination, OpnSense, Trust, Waits};
use gateway::wish::Wish;
use gateway::{
    AdapterKind, ApplyRecord, Connect, Gateway, GatewayError, GatewayName, Gateways, Pace, Registration,
    Service,
};
use inventory::{Id, ManualClock, Timestamp};
use serde_json::Value;
use store::Store;
use tempfile::TempDir;

pub(crate) const WISH: &str = include_str!("../opnsense/wish.toml");
pub(crate) const START: Timestamp = Timestamp(1_795_257_600_000);

pub(crate) fn wish(text: &str) -> Wish {
    Wish::from_toml(text).unwrap()
}

/// The usual wish and one more class of firmwares, which must come before iPXE's own entry.
pub(crate) fn larger() -> Wish {
    let more = r#"    { class = "arm64", codes = [11], file = "arm64.efi" },
]"#;
    let text = WISH.replacen("\n]", &format!("\n{more}"), 1);
    assert_ne!(text, WISH);
    wish(&text)
}

pub(crate) fn fw1() -> GatewayName {
    "fw1".parse().unwrap()
}

pub(crate) fn pace() -> Pace {
    Pace {
        patience: Duration::from_secs(6),
        pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(200),
        lost_after: Duration::from_secs(600),
    }
}

pub(crate) fn waits() -> Waits {
    Waits {
        answer: Duration::from_secs(2),
        running: Duration::from_secs(3),
        poll: Duration::from_millis(50),
        ..Waits::default()
    }
}

/// Clients of OPNsense with short waits; `around` may put something between.
pub(crate) struct Clients {
    pub(crate) user: User,
    pub(crate) waits: Waits,
    pub(crate) around: fn(OpnSense) -> Arc<dyn Gateway>,
}

impl Default for Clients {
    fn default() -> Self {
        Self { user: User::muster(), waits: waits(), around: |client| Arc::new(client) }
    }
}

impl Connect for Clients {
    fn connect(&self, adapter: &AdapterKind) -> Result<Arc<dyn Gateway>, GatewayError> {
        let AdapterKind::OpnSense { url, trust, .. } = adapter else {
            panic!("only an OPNsense is asked for")
        };
        let credential = Credential::parse(&format!("{}:{}", self.user.key, self.user.secret)).unwrap();
        let client = OpnSense::connect_with(url.parse()?, trust, Arc::new(credential), self.waits)?;
        Ok((self.around)(client))
    }

    fn examine<'a>(
        &'a self,
        _: &'a AdapterKind,
        _: Option<Credential>,
        _: &'a [Service],
    ) -> BoxFuture<'a, Result<Examination, GatewayError>> {
        panic!("nobody asks for that here")
    }
}

/// A server's part.
pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gateways: Gateways,
}

pub(crate) async fn open(folder: &Path, connect: Clients, clock: &Arc<ManualClock>) -> (Store, Gateways) {
    open_paced(folder, connect, clock, pace()).await
}

pub(crate) async fn open_paced(
    folder: &Path,
    connect: Clients,
    clock: &Arc<ManualClock>,
    pace: Pace,
) -> (Store, Gateways) {
    let store = Store::open(&folder.join("muster.db")).await.unwrap();
    let gateways =
        Gateways::open_with(store.clone(), Arc::new(connect), clock.clone(), folder.join("backups"), pace)
            .await
            .unwrap();
    (store, gateways)
}

pub(crate) fn registration(fake: &FakeOpnSense) -> Registration {
    let trust = Trust::Pin(fake.fingerprint().parse().unwrap());
    let adapter =
        AdapterKind::OpnSense { url: fake.url(), trust, credential: "gateway.fw1".parse().unwrap() };
    Registration { name: fw1(), adapter }
}

impl House {
    /// One with the fake as its gateway, and nothing wanted yet.
    pub(crate) async fn new(fake: &FakeOpnSense) -> Self {
        Self::with(fake, Clients::default()).await
    }

    pub(crate) async fn with(fake: &FakeOpnSense, connect: Clients) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(START));
        let (store, gateways) = open(folder.path(), connect, &clock).await;
        gateways.add(registration(fake), "operator").await.unwrap();
        Self { folder, store, clock, gateways }
    }

    /// One that wants the usual things.
    pub(crate) async fn wishing(fake: &FakeOpnSense) -> Self {
        let house = Self::new(fake).await;
        house.want(Some(wish(WISH))).await;
        house
    }

    /// One whose wishes stand.
    pub(crate) async fn settled(fake: &FakeOpnSense) -> Self {
        let house = Self::wishing(fake).await;
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "done", "{}", record.words);
        house
    }

    pub(crate) async fn want(&self, wish: Option<Wish>) {
        self.gateways.set_wish(&fw1(), "site", wish, "operator").await.unwrap();
    }

    /// Plans and applies that.
    pub(crate) async fn apply(&self) -> ApplyRecord {
        self.try_apply().await.unwrap()
    }

    pub(crate) async fn try_apply(&self) -> Result<ApplyRecord, GatewayError> {
        let plan = self.gateways.plan(&fw1()).await?;
        assert_eq!(plan.conflicts, []);
        self.gateways.apply(&fw1(), &plan.digest, "operator").await
    }

    /// Whether nothing is left to do, and dnsmasq runs with all of it.
    pub(crate) async fn stands(&self, fake: &FakeOpnSense) {
        let plan = self.gateways.plan(&fw1()).await.unwrap();
        assert!(plan.is_empty(), "{plan:?}");
        let file = fake.dnsmasq_file();
        let ipxe = file.rfind("/boot/boot.ipxe").unwrap();
        assert!(file.rfind("undionly.kpxe").unwrap() < ipxe, "the last line that fits counts:\n{file}");
    }

    /// Kinds of the events about gateways, in order.
    pub(crate) async fn events(&self) -> Vec<String> {
        let all = events::after(self.store.readers(), 0, 1000).await.unwrap();
        all.into_iter()
            .filter(|event| event.kind.as_str().starts_with("gateway."))
            .inspect(|event| assert_eq!(event.key, "fw1"))
            .map(|event| event.kind.to_string())
            .collect()
    }

    pub(crate) async fn last_words(&self) -> String {
        events::after(self.store.readers(), 0, 1000).await.unwrap().pop().unwrap().summary
    }
}

/// Takes an apply back, the last one where none is named, as the plan of it shows.
pub(crate) async fn roll_back(gateways: &Gateways, apply: Option<&Id>) -> Result<ApplyRecord, GatewayError> {
    let plan = gateways.plan_rollback(&fw1(), apply).await?;
    gateways.rollback(&fw1(), apply, &plan.digest, "operator").await
}

/// All that a fake has saved; tables without their order.
pub(crate) fn saved(fake: &FakeOpnSense) -> Value {
    let mut config = serde_json::to_value(fake.config()).unwrap();
    sort(&mut config);
    config
}

fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_key(ToString::to_string);
        }
        Value::Object(map) => map.values_mut().for_each(sort),
        _ => {}
    }
}

/// How many of each kind of requests that write there were.
pub(crate) fn activations(fake: &FakeOpnSense) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for request in fake.requests() {
        if request.method == "POST"
            && (request.path.ends_with("/reconfigure") || request.path.ends_with("filter/apply"))
        {
            *all.entry(request.path).or_default() += 1;
        }
    }
    all
}

pub(crate) fn usual() -> FakeOpnSense {
    FakeOpnSense::start(Options::default())
}
