use gateway::wish::HealthCheck;
use inventory::Timestamp;

use super::*;

pub(super) fn cluster(front: Option<Front>) -> Cluster {
    Cluster {
        name: "okd1".parse().unwrap(),
        domain: "lab.example".parse().unwrap(),
        infra_id: "okd1-x7k2p".to_owned(),
        cluster_id: "c".to_owned(),
        spec: "3.2.0".to_owned(),
        image: None,
        front,
        configs: Vec::new(),
        created_at: Timestamp(0),
        wiped_at: None,
    }
}

pub(super) fn front() -> Front {
    Front {
        gateway: "edge".parse().unwrap(),
        api: "192.168.1.10".parse().unwrap(),
        ingress: None,
        inside: vec!["lan".parse().unwrap()],
        everybody: false,
    }
}

pub(super) fn member(hostname: &str, role: Role, last: Option<u8>) -> Member {
    Member {
        hostname: hostname.parse().unwrap(),
        role,
        address: last.map(|last| Ipv4Addr::new(192, 168, 1, last)),
        cards: vec![MacAddr::new([2, 0, 0, 0, 0, 1]), MacAddr::new([2, 0, 0, 0, 0, last.unwrap_or(2)])],
    }
}

pub(super) fn full() -> Vec<Member> {
    vec![
        member("bootstrap", Role::Bootstrap, Some(20)),
        member("cp1", Role::ControlPlane, Some(21)),
        member("cp2", Role::ControlPlane, Some(22)),
        member("w1", Role::Worker, Some(31)),
    ]
}

fn asked(members: &[Member]) -> Wanted {
    wanted(&cluster(Some(front())), Entry::from(&front()), members).unwrap()
}

#[test]
fn a_whole_cluster_has_names_addresses_and_servers_by_role() {
    let Wanted { wish, open } = asked(&full());
    assert!(open.is_empty(), "{open:?}");
    wish.check().unwrap_err(); // One card of several machines: that is the gateway's to refuse.
    let kept: Vec<_> = wish.dhcp.reservations.iter().map(|it| (it.name.as_str(), it.macs.len())).collect();
    assert_eq!(kept, [("bootstrap", 2), ("cp1", 2), ("cp2", 2), ("w1", 2)]);
    let names: Vec<_> = wish.dns.iter().map(|it| (it.name.as_str(), it.ptr)).collect();
    assert_eq!(
        names[..3],
        [
            ("api.okd1.lab.example", true),
            ("api-int.okd1.lab.example", false),
            ("*.apps.okd1.lab.example", false)
        ]
    );
    assert!(names[3..].iter().all(|(_, ptr)| *ptr), "a node learns its name from its address: {names:?}");
    let servers = |port: u16| -> Vec<(String, bool)> {
        let one = wish.balancers.iter().find(|one| one.port == port).unwrap();
        one.servers.iter().map(|server| (server.name.to_string(), server.backup)).collect()
    };
    let of = |names: &[(&str, bool)]| {
        names.iter().map(|(name, backup)| ((*name).to_owned(), *backup)).collect::<Vec<_>>()
    };
    for port in [6443, 22623] {
        assert_eq!(servers(port), of(&[("cp1", false), ("cp2", false), ("bootstrap", true)]), "{port}");
    }
    for port in [80, 443] {
        assert_eq!(servers(port), of(&[("w1", false)]), "{port}");
    }
    assert!(
        wish.balancers
            .iter()
            .any(|one| matches!(&one.check, HealthCheck::Https { path } if path.as_str() == "/readyz"))
    );
}

#[test]
fn without_workers_the_control_plane_takes_their_work() {
    let members: Vec<_> = full().into_iter().filter(|member| member.role != Role::Worker).collect();
    let wish = asked(&members).wish;
    let http = wish.balancers.iter().find(|one| one.port == 80).unwrap();
    assert_eq!(http.servers.len(), 2);
}

#[test]
fn what_can_not_be_said_yet_is_left_out_and_told() {
    // Nobody has a role: only the cluster's own names.
    let nobody = asked(&[]);
    assert_eq!((nobody.wish.dns.len(), nobody.wish.balancers.len()), (3, 0));
    nobody.wish.check().unwrap();
    assert!(
        nobody.open[0].contains("no port is balanced before a control-plane node has an address"),
        "{:?}",
        nobody.open
    );
    // A bootstrap machine alone is only a backup.
    let alone = asked(&full()[..1]);
    assert_eq!((alone.wish.dhcp.reservations.len(), alone.wish.balancers.len()), (1, 0));
    alone.wish.check().unwrap();
    // A node without an address.
    let mut members = full();
    members.push(member("cp3", Role::ControlPlane, None));
    let lacking = asked(&members);
    assert_eq!(lacking.wish, asked(&full()).wish);
    assert!(
        matches!(lacking.open.as_slice(), [one] if one.starts_with("cp3 has no address: ")),
        "{:?}",
        lacking.open
    );
    // A second bootstrap machine.
    members.push(member("bootstrap2", Role::Bootstrap, Some(23)));
    let second = asked(&members);
    assert!(
        second.open.iter().any(|one| one.starts_with("bootstrap2 is a second bootstrap machine")),
        "{:?}",
        second.open
    );
    assert!(!second.wish.dns.iter().any(|one| one.name.as_str().starts_with("bootstrap2")));
}
