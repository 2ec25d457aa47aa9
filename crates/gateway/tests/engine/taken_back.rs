//! What a rollback leaves of others'.

use gateway::GatewayError;
use serde_json::json;

use crate::house::{House, fw1, roll_back, saved, usual};

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_leaves_what_others_made_since() {
    let fake = usual();
    fake.human("root", |desk| {
        let theirs = json!({"dnsmasq": {"interface": "lan"}});
        assert_eq!(desk.post("dnsmasq/settings/set", &theirs).0, 200);
    });
    let house = House::settled(&fake).await;
    let (status, _) = fake.human("alice", |desk| {
        desk.post("unbound/settings/addHostOverride", &json!({"host": {"hostname": "nas", "domain": "lab.example", "rr": "A", "server": "192.168.1.9"}}))
    });
    assert_eq!(status, 200);
    let back = roll_back(&house.gateways, None).await.unwrap();
    assert_eq!(back.state.as_str(), "done", "{}", back.words);
    let names = fake.rows("unboundplus.hosts.host");
    assert_eq!(names.iter().map(|it| it.field("hostname").to_owned()).collect::<Vec<_>>(), ["nas"]);
    assert_eq!(fake.rows("dnsmasq.dhcp_boot").len(), 0);

    // Taken back once is enough, and a rollback itself is not taken back.
    let first = back.undoes.unwrap();
    let refused = roll_back(&house.gateways, Some(&first)).await.unwrap_err();
    assert!(refused.to_string().contains("nothing of it stands"), "{refused}");
    let refused = roll_back(&house.gateways, Some(&back.id)).await.unwrap_err();
    assert!(refused.to_string().contains("took another one back"), "{refused}");

    // What was taken back can be set up again.
    let before = saved(&fake);
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
    assert_ne!(saved(&fake), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_built_on_ours_does_not_go_with_it() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let named = fake.rows("unboundplus.hosts.host")[0].uuid.unwrap();
    let alias = json!({"alias": {"host": named.to_string(), "hostname": "hers", "domain": "lab.example"}});
    let (_, made) = fake.human("alice", |desk| desk.post("unbound/settings/addHostAlias", &alias));
    let refused = roll_back(&house.gateways, None).await.unwrap_err().to_string();
    let says = "the host-alias \"hers\", which is not Muster's, refers to it";
    assert!(refused.contains(says), "{refused}");
    house.want(None).await;
    let plan = house.gateways.plan(&fw1()).await.unwrap();
    assert!(plan.conflicts.iter().any(|conflict| conflict.because.contains(says)), "{:?}", plan.conflicts);
    assert_eq!(fake.rows("unboundplus.aliases.alias").len(), 1);

    let path = format!("unbound/settings/delHostAlias/{}", made["uuid"].as_str().unwrap());
    fake.human("alice", |desk| assert_eq!(desk.post(&path, &json!({})).0, 200));
    assert_eq!(house.apply().await.state.as_str(), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_is_taken_back_as_it_was_shown_or_not_at_all() {
    let fake = usual();
    let house = House::settled(&fake).await;
    let shown = house.gateways.plan_rollback(&fw1(), None).await.unwrap();
    // Somebody takes one of our entries away meanwhile: there is less to take back than was shown.
    let boot = fake.rows("dnsmasq.dhcp_boot")[0].uuid.unwrap();
    fake.human("alice", |desk| {
        assert_eq!(desk.post(&format!("dnsmasq/settings/delBoot/{boot}"), &json!({})).0, 200);
    });
    fake.forget_requests();
    let refused = house.gateways.rollback(&fw1(), None, &shown.digest, "operator").await.unwrap_err();
    assert!(matches!(refused, GatewayError::PlanChanged), "{refused}");
    assert_eq!(fake.writes(), Vec::<String>::new());
    assert_eq!(roll_back(&house.gateways, None).await.unwrap().state.as_str(), "done");
}
