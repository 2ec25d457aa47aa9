//! Others who work on the same gateway.

use std::sync::Arc;

use fake_opnsense::{Trouble, When};
use futures_util::future::BoxFuture;
use gateway::{
    Change, DhcpServer, DnsServer, Gateway, GatewayError, Kind, LoadBalancer, Object, Reading, Revision,
    Service, ServiceState, Since, SiteId, Wanted,
};
use serde_json::json;

use crate::house::{Clients, House, WISH, activations, fw1, roll_back, saved, usual, wish};

/// What another Muster wants, of another network.
const ON_OPT1: &str = r#"
    [[network]]
    interface = "opt1"
    range = "10.20.0.100-10.20.0.199"
    [[reservation]]
    name = "node9"
    mac = "52:54:00:aa:bb:99"
    ip = "10.20.0.9"
"#;

fn their_host() -> serde_json::Value {
    json!({"host": {"host": "printer", "ip": "192.168.1.77", "hwaddr": "52:54:00:00:00:77"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn somebodys_edit_in_the_middle_stops_the_apply_and_stands() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    let edit = Trouble::After(Box::new(|desk| {
        assert_eq!(desk.post("dnsmasq/settings/addHost", &their_host()).0, 200);
    }));
    fake.trouble(When::writing().nth(7).once(), edit);
    fake.forget_requests();
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert!(
        record.words.contains("addHost made changes by admin@192.168.1.77"),
        "whose it was: {}",
        record.words
    );
    assert_eq!(activations(&fake).len(), 0, "what they saved is theirs to apply");
    let hosts = fake.rows("dnsmasq.hosts");
    assert_eq!(hosts.iter().map(|host| host.field("host").to_owned()).collect::<Vec<_>>(), ["printer"]);
    assert_eq!(fake.rows("dnsmasq.dhcp_tags").len(), 0);

    let plan = house.gateways.plan(&fw1()).await.unwrap();
    assert!(
        plan.notices.iter().any(|notice| notice.text.contains("dnsmasq/settings/addHost")),
        "{:?}",
        plan.notices
    );
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
    assert_eq!(fake.rows("dnsmasq.hosts").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_musters_on_one_gateway_are_strangers() {
    let fake = usual();
    let one = House::settled(&fake).await;
    let with_one = saved(&fake);
    let other = House::new(&fake).await;
    assert_ne!(one.gateways.site(), other.gateways.site());
    other.want(Some(wish(ON_OPT1))).await;
    assert_eq!(other.apply().await.state.as_str(), "done");
    one.stands(&fake).await;
    assert!(other.gateways.plan(&fw1()).await.unwrap().is_empty());
    roll_back(&other.gateways, None).await.unwrap();
    assert_eq!(saved(&fake), with_one, "the other's are untouched");
    one.stands(&fake).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_is_not_put_back_over_somebodys_edit() {
    let fake = usual();
    let house = House::wishing(&fake).await;
    // Somebody edits, then our own fails, and what we made can't be removed either.
    let edit = Trouble::After(Box::new(|desk| {
        assert_eq!(desk.post("dnsmasq/settings/addHost", &their_host()).0, 200);
    }));
    fake.trouble(When::writing().nth(7).once(), edit);
    fake.trouble(When::path("dnsmasq/settings/setBoot/*"), Trouble::Status(500));
    fake.trouble(When::path("*/del*"), Trouble::Status(500));
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "half-done", "{}", record.words);
    assert!(!fake.writes().iter().any(|path| path.contains("revert")), "{:?}", fake.writes());
    assert_eq!(fake.rows("dnsmasq.hosts").iter().filter(|host| host.field("host") == "printer").count(), 1);
    fake.heal();
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
    assert_eq!(fake.rows("dnsmasq.hosts").iter().filter(|host| host.field("host") == "printer").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_musters_that_apply_at_the_same_moment_leave_nothing_half_done() {
    let fake = usual();
    let before = saved(&fake);
    let (one, other) = (House::wishing(&fake).await, House::new(&fake).await);
    other.want(Some(wish(ON_OPT1))).await;
    let (of_one, of_other) = tokio::join!(one.apply(), other.apply());
    for record in [&of_one, &of_other] {
        assert!(["done", "undone"].contains(&record.state.as_str()), "{}", record.words);
    }
    // Whoever had to stop tries again.
    for house in [&one, &other] {
        let record = house.apply().await;
        assert_eq!(record.state.as_str(), "done", "{}", record.words);
    }
    one.stands(&fake).await;
    assert!(other.gateways.plan(&fw1()).await.unwrap().is_empty());
    for house in [&one, &other] {
        house.want(None).await;
        assert_eq!(house.apply().await.state.as_str(), "done");
    }
    let left = |config: &serde_json::Value| config.to_string().matches("Muster: ").count();
    assert_eq!((left(&saved(&fake)), left(&before)), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_is_not_taken_back_and_the_newest_goes_first() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let first = house.gateways.applies(&fw1()).await.unwrap().pop().unwrap();
    house.want(Some(crate::house::larger())).await;
    let second = house.apply().await;
    let refused = roll_back(&house.gateways, Some(&first.id)).await.unwrap_err();
    assert!(refused.to_string().contains(second.id.as_str()), "{refused}");
    assert!(refused.to_string().contains("take that one back first"), "{refused}");

    let boot =
        fake.rows("dnsmasq.dhcp_boot").iter().find(|it| it.field("filename") == "arm64.efi").unwrap().clone();
    fake.human("alice", |desk| {
        let path = format!("dnsmasq/settings/setBoot/{}", boot.uuid.unwrap());
        assert_eq!(desk.post(&path, &json!({"boot": {"filename": "alice.efi"}})).0, 200);
    });
    let before = saved(&fake);
    let refused = roll_back(&house.gateways, None).await.unwrap_err();
    assert!(refused.to_string().contains("filename of boot"), "{refused}");
    assert_eq!(saved(&fake), before);
    let stranger = roll_back(&house.gateways, Some(&"nothing".parse().unwrap())).await;
    assert!(matches!(stranger, Err(GatewayError::NoApply { .. })));
}

/// A gateway for which a range is worded that is saved without a word and brings dnsmasq down.
pub(crate) struct Careless(
    pub(crate) Arc<dyn Gateway>,
    pub(crate) &'static str,
    pub(crate) [&'static str; 2],
);

impl DhcpServer for Careless {
    fn word_dhcp(&self, site: &SiteId, wish: &gateway::wish::Dhcp, reading: &Reading) -> Wanted {
        let Self(gateway, interface, [first, last]) = self;
        let mut wanted = gateway.dhcp().unwrap().word_dhcp(site, wish, reading);
        let fields = [
            ("interface", *interface),
            ("start_addr", *first),
            ("end_addr", *last),
            ("lease_time", "-5"),
            ("description", &site.mark("range careless")),
        ];
        wanted.objects.push(Object {
            kind: Kind::Range,
            id: Some(site.object(Kind::Range, "range careless")),
            name: "range careless".to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        });
        wanted
    }
}

impl Gateway for Careless {
    fn place(&self) -> String {
        self.0.place()
    }
    fn dhcp(&self) -> Option<&dyn DhcpServer> {
        Some(self)
    }
    fn dns(&self) -> Option<&dyn DnsServer> {
        self.0.dns()
    }
    fn balancer(&self) -> Option<&dyn LoadBalancer> {
        self.0.balancer()
    }
    fn read<'a>(&'a self, services: &'a [Service]) -> BoxFuture<'a, Result<Reading, GatewayError>> {
        self.0.read(services)
    }
    fn write<'a>(&'a self, change: &'a Change) -> BoxFuture<'a, Result<(), GatewayError>> {
        self.0.write(change)
    }
    fn check(&self, service: Service) -> BoxFuture<'_, Result<(), GatewayError>> {
        self.0.check(service)
    }
    fn activate(&self, service: Service) -> BoxFuture<'_, Result<ServiceState, GatewayError>> {
        self.0.activate(service)
    }
    fn revisions_since<'a>(
        &'a self,
        revision: &'a Revision,
    ) -> BoxFuture<'a, Result<Option<Vec<Since>>, GatewayError>> {
        self.0.revisions_since(revision)
    }
    fn backup(&self) -> BoxFuture<'_, Result<Option<Vec<u8>>, GatewayError>> {
        self.0.backup()
    }
    fn revert<'a>(&'a self, revision: &'a Revision) -> BoxFuture<'a, Result<(), GatewayError>> {
        self.0.revert(revision)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_brings_dnsmasq_down_behind_an_ok_is_undone_and_dnsmasq_runs_again() {
    let fake = usual();
    let before = saved(&fake);
    let house = House::with(
        &fake,
        Clients {
            around: |client| Arc::new(Careless(Arc::new(client), "lan", ["192.168.1.100", "192.168.1.120"])),
            ..Clients::default()
        },
    )
    .await;
    house.want(Some(wish(WISH))).await;
    fake.forget_requests();
    let record = house.apply().await;
    assert_eq!(record.state.as_str(), "undone", "{}", record.words);
    assert!(record.words.contains("dnsmasq does not run"), "{}", record.words);
    assert_eq!(saved(&fake), before);
    assert_eq!(activations(&fake).get("dnsmasq/service/reconfigure"), Some(&2), "once with it, once without");
    assert!(!fake.dnsmasq_file().contains(",-5"));
    let reading = house.gateways.connect(&fw1()).await.unwrap().read(&[Service::Dnsmasq]).await.unwrap();
    assert_eq!(reading.services[&Service::Dnsmasq], ServiceState::Running);
}
