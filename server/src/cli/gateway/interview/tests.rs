use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::*;
use crate::gateways::boot::{Here, make};

/// Answers what it was told to, and keeps what was said.
struct Scripted {
    answers: VecDeque<&'static str>,
    said: String,
}

impl Scripted {
    fn new(answers: &[&'static str]) -> Self {
        Self { answers: answers.iter().copied().collect(), said: String::new() }
    }
}

impl Asker for Scripted {
    fn say(&mut self, text: &str) {
        self.said.push_str(text);
        self.said.push('\n');
    }

    fn ask(&mut self, question: &str) -> anyhow::Result<String> {
        self.said.push_str(question);
        self.answers.pop_front().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("no answer: {}", self.said))
    }

    fn ask_secretly(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>> {
        self.ask(question).map(Zeroizing::new)
    }
}

fn interface(key: &str, networks: &[&str]) -> Interface {
    Interface {
        key: key.to_owned(),
        label: key.to_uppercase(),
        device: format!("igc-{key}"),
        networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        outside: false,
        up: true,
    }
}

fn proposal(range: Option<&str>) -> Proposal {
    Proposal {
        interface: interface("lan", &["192.168.1.1/24"]),
        network: Network {
            interface: "lan".parse().unwrap(),
            range: range.map(|range| range.parse().unwrap()),
            lease_secs: None,
            domain: None,
        },
        boot: None,
        notices: Vec::new(),
    }
}

#[test]
fn an_interface_is_picked_by_number_or_name_and_a_slip_is_asked_again() {
    let facts = Facts {
        interfaces: vec![
            interface("wan", &["2001:db8::1/64"]),
            interface("lan", &["192.168.1.1/24"]),
            interface("opt1", &["10.0.0.1/16"]),
            interface("lo0", &["127.0.0.1/8"]),
        ],
        ..Facts::default()
    };
    for (answers, picked) in
        [(vec!["2"], "opt1"), (vec!["0", "3", "wan", "x", "", "1"], "lan"), (vec!["opt1"], "opt1")]
    {
        let mut asker = Scripted::new(&answers);
        assert_eq!(pick(&mut asker, &facts).unwrap().key, picked, "{answers:?}");
        assert!(asker.answers.is_empty() && !asker.said.contains("WAN"), "{}", asker.said);
    }
    // Nobody answers any more: no loop for ever.
    assert!(pick(&mut Scripted::new(&["9"]), &facts).is_err());
    assert!(
        pick(&mut Scripted::new(&[]), &Facts::default()).unwrap_err().to_string().contains("no interface")
    );
}

#[test]
fn what_is_proposed_is_taken_by_an_empty_answer() {
    let taken =
        network(&mut Scripted::new(&["", "", ""]), &proposal(Some("192.168.1.100-192.168.1.199"))).unwrap();
    assert_eq!(taken.range, Some("192.168.1.100-192.168.1.199".parse().unwrap()));
    assert_eq!((taken.lease_secs, taken.domain), (Some("1d".parse().unwrap()), None));
    // Somebody else's range is there: nothing is asked about leases.
    let none = network(&mut Scripted::new(&["", "lab.lan"]), &proposal(None)).unwrap();
    assert_eq!((none.range, none.lease_secs, none.domain), (None, None, Some("lab.lan".parse().unwrap())));
}

#[test]
fn what_can_not_be_is_asked_again() {
    let answers = [
        "192.168.2.1-192.168.2.9",
        "192.168.1.9-192.168.1.1",
        "x",
        "192.168.1.10-192.168.1.20",
        "-5",
        "2h",
        "a b",
        "lab.lan",
    ];
    let mut asker = Scripted::new(&answers);
    let network = network(&mut asker, &proposal(Some("192.168.1.100-192.168.1.199"))).unwrap();
    assert_eq!(network.range, Some("192.168.1.10-192.168.1.20".parse().unwrap()));
    assert_eq!(network.lease_secs, Some("2h".parse().unwrap()));
    assert_eq!(asker.said.matches("That can't be").count(), 5, "{}", asker.said);
    assert!(asker.said.contains("not within 192.168.1.0/24"), "{}", asker.said);
}

#[test]
fn classes_are_chosen_by_name() {
    let here = Here { address: [10, 0, 0, 1].into(), http_port: 80, tls_port: 443, tftp_port: Some(69) };
    let made = make(&here, None, |_| true).unwrap();
    assert_eq!(classes(&mut Scripted::new(&[""]), &made).unwrap(), None);
    let chosen = classes(&mut Scripted::new(&["efi46", "bios, efi64"]), &made).unwrap();
    assert_eq!(chosen, Some(vec!["bios".to_owned(), "efi64".to_owned()]));
}
