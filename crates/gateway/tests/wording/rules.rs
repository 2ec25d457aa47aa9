//! What machines need of Muster, where it is in another network than they are.

use gateway::{Kind, Reading, Wanted, wording};

use crate::site::{SITE, notices, reading, wish};

fn worded(server: &str, reading: &Reading) -> Wanted {
    let mut dhcp = wish().dhcp;
    dhcp.boot.as_mut().unwrap().server = server.parse().unwrap();
    wording::dhcp(&SITE, &dhcp, reading)
}

/// `INTERFACE PROTOCOL FROM -> TO PORT` of each rule.
fn rules(wanted: &Wanted) -> Vec<String> {
    let rules = wanted.objects.iter().filter(|object| object.kind == Kind::PassRule);
    let said = rules.map(|rule| {
        let field = |name: &str| rule.fields[name].as_str();
        let [on, protocol, from, to, port] =
            ["interface", "protocol", "source_net", "destination_net", "destination_port"].map(field);
        format!("{on} {protocol} {from} -> {to} {port}")
    });
    said.collect()
}

#[test]
fn machines_reach_muster_in_another_network_and_it_answers() {
    assert_eq!(
        rules(&worded("192.168.1.5", &reading())),
        [
            "opt1 UDP any -> 192.168.1.5 69",
            "opt1 TCP any -> 192.168.1.5 8080",
            "opt1 TCP any -> 192.168.1.5 8443",
            "lan UDP 192.168.1.5 -> 10.10.0.0/24 ",
        ]
    );
    let far = worded("172.16.0.5", &reading());
    assert_eq!(rules(&far).len(), 6, "from both networks, and the way back is nobody's here");
    assert_eq!(
        notices(&far),
        [
            "Muster's address 172.16.0.5 is in no network of the gateway: wherever it comes in, UDP from it to 10.10.0.0/24 \
             must pass, because TFTP answers from ports of its own",
            "Muster's address 172.16.0.5 is in no network of the gateway: wherever it comes in, UDP from it to \
             192.168.1.0/24 must pass, because TFTP answers from ports of its own",
        ]
    );
}

#[test]
fn an_operator_may_keep_the_rules_to_himself() {
    let mut reading = reading();
    reading.facts.unread.insert(Kind::PassRule, "the key lacks \"Firewall: Rules\"".into());
    let wanted = worded("192.168.1.5", &reading);
    assert_eq!(rules(&wanted), [] as [&str; 0]);
    assert_eq!(
        notices(&wanted),
        [
            "The firewall's rules can't be read: the key lacks \"Firewall: Rules\". Let pass yourself what is needed: UDP in on \
          opt1 from any to 192.168.1.5 port 69, TCP in on opt1 from any to 192.168.1.5 port 8080, TCP in on opt1 from any to \
          192.168.1.5 port 8443 and UDP in on lan from 192.168.1.5 to 10.10.0.0/24"
        ]
    );
}
