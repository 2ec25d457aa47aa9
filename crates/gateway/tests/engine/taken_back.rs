//! What a rollback leaves of others'.

use serde_json::json;

use crate::house::{House, fw1, saved, usual};

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
    let back = house.gateways.rollback(&fw1(), None, "operator").await.unwrap();
    assert_eq!(back.state.as_str(), "done", "{}", back.words);
    let names = fake.rows("unboundplus.hosts.host");
    assert_eq!(names.iter().map(|it| it.field("hostname").to_owned()).collect::<Vec<_>>(), ["nas"]);
    assert_eq!(fake.rows("dnsmasq.dhcp_boot").len(), 0);

    // Taken back once is enough, and a rollback itself is not taken back.
    let first = back.undoes.unwrap();
    let refused = house.gateways.rollback(&fw1(), Some(&first), "operator").await.unwrap_err();
    assert!(refused.to_string().contains("nothing of it stands"), "{refused}");
    let refused = house.gateways.rollback(&fw1(), Some(&back.id), "operator").await.unwrap_err();
    assert!(refused.to_string().contains("took another one back"), "{refused}");

    // What was taken back can be set up again.
    let before = saved(&fake);
    assert_eq!(house.apply().await.state.as_str(), "done");
    house.stands(&fake).await;
    assert_ne!(saved(&fake), before);
}
