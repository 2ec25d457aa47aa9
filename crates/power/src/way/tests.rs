use super::*;
use crate::act::Act;

fn ways(json: &str) -> Result<Ways, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn ways_are_read_and_written_the_same() {
    let json = r#"[{"name":"lan1","kind":"wol","macs":["52:54:00:aa:bb:01"],"interface":"eth0.20","password_secret":"node1.wol"},{"name":"core","kind":"ssh","port":2222,"user":"core"},{"name":"janitor","kind":"button","patience_secs":3600},{"name":"agent","kind":"agent"}]"#;
    let read = ways(json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    assert_eq!(read.names(), "lan1, core, janitor, agent");
    assert_eq!(
        read.iter().flat_map(|way| way.kind.secrets()).map(Name::as_str).collect::<Vec<_>>(),
        ["node1.wol"]
    );
}

#[test]
fn what_can_not_be_is_refused_in_words() {
    let many = (0..9).map(|n| format!(r#"{{"name":"w{n}","kind":"agent"}}"#)).collect::<Vec<_>>().join(",");
    let macs = vec![r#""52:54:00:aa:bb:01""#; 17].join(",");
    for (json, said) in [
        ("[]".to_owned(), "at least one way"),
        (format!("[{many}]"), "at most 8"),
        (r#"[{"name":"a","kind":"agent"},{"name":"a","kind":"ssh"}]"#.to_owned(), "two ways are called a"),
        (r#"[{"name":"A b","kind":"agent"}]"#.to_owned(), "no name for a way"),
        (r#"[{"name":"a","kind":"ipmi"}]"#.to_owned(), "unknown variant"),
        (r#"[{"name":"a","kind":"wol","mac":"x"}]"#.to_owned(), "unknown field"),
        (r#"[{"name":"a","kind":"wol","macs":["01:00:5e:00:00:01"]}]"#.to_owned(), "is no card's address"),
        (r#"[{"name":"a","kind":"wol","macs":["00:00:00:00:00:00"]}]"#.to_owned(), "is no card's address"),
        (r#"[{"name":"a","kind":"wol","macs":["ff:ff:ff:ff:ff:ff"]}]"#.to_owned(), "is no card's address"),
        (format!(r#"[{{"name":"a","kind":"wol","macs":[{macs}]}}]"#), "at most 16 cards"),
        (r#"[{"name":"a","kind":"wol","interface":"eth0; reboot"}]"#.to_owned(), "an interface has"),
        (r#"[{"name":"a","kind":"wol","broadcast":"127.0.0.1"}]"#.to_owned(), "no broadcast address"),
        (r#"[{"name":"a","kind":"wol","broadcast":"224.0.0.1"}]"#.to_owned(), "no broadcast address"),
        (r#"[{"name":"a","kind":"wol","password_secret":"a/b"}]"#.to_owned(), "no name for a secret"),
        (r#"[{"name":"a","kind":"ssh","user":"root;reboot"}]"#.to_owned(), "no user of a machine"),
        (r#"[{"name":"a","kind":"ssh","port":0}]"#.to_owned(), "no port 0"),
        (r#"[{"name":"a","kind":"ssh","address":"0.0.0.0"}]"#.to_owned(), "no machine's address"),
        (r#"[{"name":"a","kind":"ssh","command":"rm -rf /"}]"#.to_owned(), "unknown field"),
        (r#"[{"name":"a","kind":"button","patience_secs":1}]"#.to_owned(), "30 seconds"),
    ] {
        let error = ways(&json).unwrap_err();
        assert!(error.contains(said), "{json}: {error}");
    }
}

#[test]
fn every_host_has_ways_for_everything_but_a_word_of_status() {
    let ways = Ways::default();
    assert_eq!(ways.iter().count(), 4);
    for act in Act::ALL {
        assert!(ways.iter().any(|way| way.kind.abilities().can(act)), "{act}");
    }
}
