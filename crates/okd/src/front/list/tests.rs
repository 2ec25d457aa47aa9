use super::super::tests::{cluster, front, full};
use super::*;

#[test]
fn by_hand_the_load_balancer_is_somebody_else_s() {
    let list = List::of(&cluster(None), &full()).unwrap();
    assert_eq!(list.gateway, None);
    let api = list.names.iter().find(|name| name.name == "api.okd1.lab.example").unwrap();
    assert_eq!((api.address, api.ptr), (None, true));
    let node = list.names.iter().find(|name| name.name == "cp1.okd1.lab.example").unwrap();
    assert_eq!((node.address, node.ptr), ("192.168.1.21".parse().ok(), true));
    assert!(list.balancers.iter().all(|one| one.address.is_none()));
    let inside: Vec<_> = list.balancers.iter().filter(|one| one.inside_only).map(|one| one.port).collect();
    assert_eq!(inside, [22623], "credentials are handed out there");
    let checks: Vec<_> = list.balancers.iter().map(|one| one.check.as_str()).collect();
    assert_eq!(checks[0], "HTTPS GET /readyz on port 6443 answers 200, whatever its certificate");
    assert_eq!(checks[2], "HTTP GET /healthz/ready on port 1936 answers 200");
    assert_eq!(list.reservations.len(), 4);
    let text = serde_json::to_string(&list).unwrap();
    assert!(!text.contains("0.0.0.0"), "{text}");
    assert_eq!(serde_json::from_str::<List>(&text).unwrap(), list);
}

#[test]
fn with_a_gateway_it_says_what_that_does() {
    let list = List::of(&cluster(Some(front())), &full()).unwrap();
    assert_eq!(list.gateway.unwrap().as_str(), "edge");
    assert!(list.balancers.iter().all(|one| one.address == Some(front().api) && one.inside_only));
}
