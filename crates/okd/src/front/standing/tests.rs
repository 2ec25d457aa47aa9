use super::super::tests::{cluster, front, full, member};
use super::super::{Entry, Member, wanted};
use super::*;
use crate::role::Role;

fn part(members: &[Member]) -> Wish {
    wanted(&cluster(Some(front())), Entry::from(&front()), members).unwrap().wish
}

fn said(part: &Wish, applied: &Wish) -> Vec<String> {
    unapplied(&"okd1".parse().unwrap(), "okd1.lab.example", part, applied)
}

#[test]
fn what_is_applied_is_not_told() {
    let part = part(&full());
    assert_eq!(said(&part, &part), Vec::<String>::new());
    // What others want of the same gateway is theirs.
    let mut applied = part.clone();
    let mut other = applied.dhcp.reservations[0].clone();
    other.domain = Some("okd11.lab.example".parse().unwrap());
    applied.dhcp.reservations.push(other);
    let mut record = applied.dns[0].clone();
    record.name = "api.xokd1.lab.example".parse().unwrap();
    applied.dns.push(record);
    assert_eq!(said(&part, &applied), Vec::<String>::new());
}

#[test]
fn a_node_that_comes_and_one_that_goes_are_told() {
    let before = part(&full());
    let mut members = full();
    members.retain(|member| member.hostname.as_str() != "bootstrap");
    members.push(member("cp3", Role::ControlPlane, Some(23)));
    assert_eq!(
        said(&part(&members), &before),
        [
            "address 192.168.1.23 for cp3 (new or changed)",
            "address 192.168.1.20 for bootstrap (no longer wanted)",
            "name cp3.okd1.lab.example (new or changed)",
            "name bootstrap.okd1.lab.example (no longer wanted)",
            "servers of port 6443: cp1, cp2, cp3 (new or changed)",
            "servers of port 22623: cp1, cp2, cp3 (new or changed)",
        ]
    );
    let first = said(&before, &Wish::default());
    assert!(first.contains(&"balanced port 6443 (new or changed)".to_owned()), "{first:?}");
    let last = said(&Wish::default(), &before);
    assert!(
        last.iter().all(|one| one.ends_with("(no longer wanted)")) && last.len() == 4 + 7 + 4,
        "{last:?}"
    );
}

#[test]
fn in_sentences_it_says_what_to_do() {
    assert!(Standing::default().sentences().is_empty());
    let standing = Standing {
        gateway: Some("edge".parse().unwrap()),
        unapplied: vec!["name a".to_owned(), "name b".to_owned()],
        open: vec!["cp3 has no address".to_owned()],
        problem: Some("it is gone".to_owned()),
    };
    let sentences = standing.sentences();
    assert_eq!(sentences.len(), 3);
    assert!(
        sentences[1].contains("name a, name b") && sentences[1].contains("muster gateway apply edge"),
        "{sentences:?}"
    );
}
