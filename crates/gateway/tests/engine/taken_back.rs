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
