//! Every state of a host, with and without a discovery system, known and unknown, on every processor.

use boot::site::{Centos, DiscoverySystem, Image, ImageId, Site, Stream};
use boot::{Action, Arch, Decision, Machine, decide};
use hosts::{HostFacts, State};
use inventory::MacAddr;

fn machine(arch: Option<&str>) -> Machine {
    Machine::new(MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]), arch, Some("efi"))
}

fn host(state: State) -> HostFacts {
    HostFacts {
        id: "1795257600_k3f9a2c".parse().unwrap(),
        name: "node1".to_owned(),
        state,
        approved: state != State::Discovered,
        last_seen_at: None,
        goodbye_at: None,
    }
}

fn image() -> DiscoverySystem {
    DiscoverySystem::Image(Image { arch: Arch::X86_64, id: ImageId::of_digest(&[0xab; 32]) })
}

fn centos() -> DiscoverySystem {
    let repo = "http://mirror.lan/9/os".parse().unwrap();
    DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Nine, repo })
}

/// Whether a host of this state is to be discovered. No wild card: a state that is added is decided here, too.
const fn discovered(state: State) -> bool {
    match state {
        State::Discovered | State::Ready | State::Assigned | State::Armed | State::Failed => true,
        State::Installing | State::Installed | State::InService | State::Maintenance | State::Retired => {
            false
        }
    }
}

#[test]
fn every_state_is_answered_with_every_site() {
    for system in [None, Some(image()), Some(centos())] {
        let site = Site { discovery: system.clone().into_iter().collect() };
        for state in State::ALL {
            let decision = decide(&machine(Some("x86_64")), Some(&host(state)), &site);
            let expected = match &system {
                Some(system) if discovered(state) => Action::Discover(system.clone()),
                _ => Action::LocalDisk,
            };
            assert_eq!(decision.action, expected, "{state} {system:?}");
            assert!(decision.reason.contains("node1"), "{state}: {}", decision.reason);
            let told = decision.reason.contains("muster image use");
            assert_eq!(told, system.is_none() && discovered(state), "{state}: {}", decision.reason);
        }
    }
}

#[test]
fn an_unknown_machine_is_discovered_or_told_why_not() {
    let with = |discovery| decide(&machine(Some("x86_64")), None, &Site { discovery });
    assert_eq!(with(vec![image()]).action, Action::Discover(image()));
    assert_eq!(with(vec![centos()]).action, Action::Discover(centos()));
    let without = with(Vec::new());
    assert_eq!(without.action, Action::LocalDisk);
    assert!(without.reason.contains("no discovery image: run muster image use"), "{}", without.reason);
}

#[test]
fn a_processor_that_the_system_is_not_for_boots_its_disk() {
    let site = Site { discovery: vec![image()] };
    for (said, arch, fits) in [
        (Some("x86_64"), Arch::X86_64, true),
        (Some("i386"), Arch::X86, false),
        (Some("arm64"), Arch::Aarch64, false),
        (Some("${arch}"), Arch::Unknown, true),
        (None, Arch::Unknown, true),
    ] {
        assert_eq!(machine(said).arch, arch);
        let decision: Decision = decide(&machine(said), None, &site);
        assert_eq!(decision.action != Action::LocalDisk, fits, "{said:?}");
        assert_eq!(decision.as_str(), if fits { "discovery" } else { "local disk" });
        assert!(fits || decision.reason.contains(arch.as_str()), "{}", decision.reason);
    }
}
