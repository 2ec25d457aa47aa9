//! Every combination of what the decision follows from: host and state, an operator's word, the loop guard, the host's own
//! options, the processor, the site.

use boot::guard::{Given, Hold};
use boot::install::Install;
use boot::ipxe::Build;
use boot::next::{Next, NextAction};
use boot::options::{HostOptions, OwnDiscovery};
use boot::site::{Centos, CoreOs, DiscoverySystem, Image, ImageId, Site, Stream};
use boot::{Action, Arch, AssetId, Cause, Decision, Inputs, Machine, decide};
use hosts::{HostFacts, State};
use inventory::{MacAddr, Timestamp};

const NOW: Timestamp = Timestamp(1_795_257_600_000);

fn machine(arch: Option<&str>) -> Machine {
    Machine::new(MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]), arch, Some("efi"))
}

fn host(state: State) -> HostFacts {
    HostFacts {
        id: "1795257600_k3f9a2c".parse().unwrap(),
        name: "node1".to_owned(),
        place: None,
        state,
        approved: state != State::Discovered,
        last_seen_at: None,
        goodbye_at: None,
    }
}

fn image(arch: Arch) -> DiscoverySystem {
    DiscoverySystem::Image(Image { arch, id: ImageId::of_digest(&[0xab; 32]) })
}

fn centos() -> DiscoverySystem {
    let repo = "http://mirror.lan/9/os".parse().unwrap();
    DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Nine, repo })
}

fn coreos() -> DiscoverySystem {
    let asset = |byte| AssetId::of_digest([byte; 32]);
    DiscoverySystem::CoreOs(CoreOs {
        arch: Arch::Aarch64,
        build: "9.0.20250510-0".to_owned(),
        kernel: asset(1),
        initramfs: asset(2),
        rootfs: asset(3),
    })
}

fn next(action: NextAction) -> Next {
    Next {
        action,
        reason: "a new disk".to_owned(),
        actor: "operator".to_owned(),
        made_at: NOW,
        expires_at: NOW,
        used_at: None,
    }
}

/// Whether a host of this state is to be discovered. No wild card: a state that is added is decided here, too.
const fn discovered(state: State) -> bool {
    match state {
        State::Discovered | State::Ready | State::Assigned | State::Failed => true,
        State::Armed
        | State::Installing
        | State::Installed
        | State::InService
        | State::Maintenance
        | State::Retired => false,
    }
}

/// What decides, without what it finds: an operator's word before the guard before the state.
fn expected_cause(host: Option<State>, next: Option<NextAction>, hold: Option<Given>) -> (Cause, bool) {
    match (next, hold, host) {
        (Some(action), _, _) => (Cause::Operator, action == NextAction::Discover),
        (None, Some(_), _) => (Cause::Guard, false),
        (None, None, None) => (Cause::State(Given::Discovery), true),
        (None, None, Some(state)) if discovered(state) => (Cause::State(Given::Discovery), true),
        (None, None, Some(_)) => (Cause::State(Given::LocalDisk), false),
    }
}

/// The system that a machine is discovered by, if there is one.
fn expected_system(site: &Site, own: Option<&OwnDiscovery>, arch: Arch) -> Option<DiscoverySystem> {
    let fits = |system: &&DiscoverySystem| arch == Arch::Unknown || system.arch() == arch;
    match own {
        None => site.discovery.iter().find(fits).cloned(),
        Some(OwnDiscovery::Image(image)) => {
            Some(DiscoverySystem::Image(image.clone())).filter(|system| fits(&system))
        }
        Some(OwnDiscovery::Centos) => site
            .known
            .iter()
            .chain(&site.discovery)
            .filter(fits)
            .find_map(|system| matches!(system, DiscoverySystem::Centos(_)).then(|| system.clone())),
        Some(OwnDiscovery::CoreOs) => site
            .known
            .iter()
            .chain(&site.discovery)
            .filter(fits)
            .find_map(|system| matches!(system, DiscoverySystem::CoreOs(_)).then(|| system.clone())),
    }
}

#[test]
fn every_combination_is_answered() {
    let hosts: Vec<Option<State>> = State::ALL.into_iter().map(Some).chain([None]).collect();
    let nexts = [None, Some(NextAction::LocalDisk), Some(NextAction::Discover)];
    let holds = [None, Some(Given::Discovery), Some(Given::LocalDisk), Some(Given::Install)];
    let archs = ["x86_64", "i386", "arm64", "${arch}"];
    let sites = [
        Site::default(),
        Site { discovery: vec![image(Arch::X86_64)], known: vec![] },
        Site { discovery: vec![centos()], known: vec![centos()] },
        Site { discovery: vec![image(Arch::X86_64), coreos()], known: vec![centos(), coreos()] },
    ];
    let own_image = Image { arch: Arch::X86_64, id: ImageId::of_digest(&[0xcd; 32]) };
    let owns =
        [None, Some(OwnDiscovery::Image(own_image)), Some(OwnDiscovery::Centos), Some(OwnDiscovery::CoreOs)];
    let mut seen = 0;
    for state in &hosts {
        for (next_action, hold_given) in
            nexts.iter().flat_map(|next| holds.iter().map(move |hold| (next, hold)))
        {
            for (arch, site) in archs.iter().flat_map(|arch| sites.iter().map(move |site| (arch, site))) {
                for own in &owns {
                    let (facts, word) = (state.map(host), next_action.map(next));
                    let options = HostOptions { discovery: own.clone(), ..HostOptions::default() };
                    let machine = machine(Some(arch));
                    let decision = decide(&Inputs {
                        machine: &machine,
                        host: facts.as_ref(),
                        site,
                        options: &options,
                        next: word.as_ref(),
                        hold: hold_given.map(|given| Hold { since: NOW, given }),
                        may_switch: true,
                        arming: None,
                    });
                    let case = format!(
                        "{state:?} {next_action:?} {hold_given:?} {arch} {site:?} {own:?}: {decision:?}"
                    );
                    let (cause, discovers) = expected_cause(*state, *next_action, *hold_given);
                    let system = expected_system(site, own.as_ref(), machine.arch).filter(|_| discovers);
                    let nothing = discovers && system.is_none();
                    assert_eq!(decision.cause, if nothing { Cause::Nothing } else { cause }, "{case}");
                    assert_eq!(decision.action, system.map_or(Action::LocalDisk, Action::Discover), "{case}");
                    assert!(!decision.reason.is_empty() && !decision.reason.contains("${"), "{case}");
                    if word.is_some() {
                        assert!(
                            decision.reason.contains("operator asked")
                                && decision.reason.contains("a new disk"),
                            "{case}"
                        );
                    } else if hold_given.is_some() {
                        assert!(decision.reason.contains("muster boot release"), "{case}");
                    }
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, (State::ALL.len() + 1) * 12 * 16 * 4);
}

fn install() -> Install {
    let asset = |byte| AssetId::of_digest([byte; 32]);
    Install {
        generation: 2,
        coreos: CoreOs {
            arch: Arch::X86_64,
            build: "9.0.20250510-0".to_owned(),
            kernel: asset(1),
            initramfs: asset(2),
            rootfs: asset(3),
        },
        disk: "wwn-0x5000c500aabbccdd".parse().unwrap(),
        network: vec![],
        speaks_from: None,
        words: "control-plane node cp1 of okd1.example.lan, generation 2".to_owned(),
    }
}

/// Only a host that is armed, whose arming says yes, is installed; what says no, or nothing, sends it to its disk.
#[test]
fn nobody_is_installed_without_the_yes_of_an_arming() {
    let hosts: Vec<Option<State>> = State::ALL.into_iter().map(Some).chain([None]).collect();
    let armings = [None, Some(Ok(install())), Some(Err("it says another serial number".to_owned()))];
    let site = Site { discovery: vec![image(Arch::X86_64)], known: vec![] };
    let (machine, options) = (machine(Some("x86_64")), HostOptions::default());
    for (state, arming) in hosts.iter().flat_map(|state| armings.iter().map(move |arming| (state, arming))) {
        let facts = state.map(host);
        let inputs = Inputs {
            machine: &machine,
            host: facts.as_ref(),
            site: &site,
            options: &options,
            next: None,
            hold: None,
            may_switch: true,
            arming: arming.as_ref(),
        };
        let decision = decide(&inputs);
        let case = format!("{state:?} {arming:?}: {decision:?}");
        let (action, given) = match (state, arming) {
            (Some(State::Armed), Some(Ok(install))) => {
                (Action::Install(Box::new(install.clone())), Given::Install)
            }
            (Some(State::Armed), _) | (Some(State::Assigned | State::Failed), Some(Err(_))) => {
                (Action::LocalDisk, Given::LocalDisk)
            }
            (None, _) => (Action::Discover(image(Arch::X86_64)), Given::Discovery),
            (Some(state), _) if discovered(*state) => {
                (Action::Discover(image(Arch::X86_64)), Given::Discovery)
            }
            (Some(_), _) => (Action::LocalDisk, Given::LocalDisk),
        };
        assert_eq!((decision.action, decision.cause), (action, Cause::State(given)), "{case}");
        if let (Some(State::Armed | State::Assigned | State::Failed), Some(Err(why))) = (state, arming) {
            assert!(decision.reason.contains(why), "{case}");
        }
        // An operator's word for this boot and the guard stand above it.
        for (next, hold) in [
            (Some(next(NextAction::LocalDisk)), None),
            (None, Some(Hold { since: NOW, given: Given::Install })),
        ] {
            let kept = decide(&Inputs { next: next.as_ref(), hold, ..inputs });
            assert_eq!(kept.action, Action::LocalDisk, "{case}: {kept:?}");
        }
    }
}

#[test]
fn an_armed_machine_runs_the_ipxe_that_its_host_is_to_run() {
    let options = HostOptions { ipxe: Some(Build::Full), ..HostOptions::default() };
    let machine = machine(Some("x86_64")).telling(Some("SNPONLY"), None, None);
    let (site, host, arming) = (Site::default(), host(State::Armed), Ok(install()));
    let inputs = Inputs {
        machine: &machine,
        host: Some(&host),
        site: &site,
        options: &options,
        next: None,
        hold: None,
        may_switch: true,
        arming: Some(&arming),
    };
    assert!(matches!(decide(&inputs).action, Action::OtherIpxe { file: "ipxe.efi", .. }));
    assert!(matches!(decide(&Inputs { may_switch: false, ..inputs }).action, Action::Install(_)));
}

fn plain(machine: &Machine, options: &HostOptions, may_switch: bool) -> Decision {
    let site = Site { discovery: vec![image(Arch::X86_64), coreos()], known: vec![] };
    let host = host(State::Ready);
    decide(&Inputs {
        machine,
        host: Some(&host),
        site: &site,
        options,
        next: None,
        hold: None,
        may_switch,
        arming: None,
    })
}

#[test]
fn a_machine_is_sent_to_another_ipxe_once_and_only_where_there_is_one() {
    let full = HostOptions { ipxe: Some(Build::Full), ..HostOptions::default() };
    let snponly = HostOptions { ipxe: Some(Build::SnpOnly), ..HostOptions::default() };
    let secure = HostOptions { secure_boot: true, ..full.clone() };
    let says = |chip: &str, platform: &str, arch: &str| {
        Machine::new(MacAddr::new([2, 0, 0, 0, 0, 1]), Some(arch), Some(platform)).telling(
            Some(chip),
            None,
            None,
        )
    };
    for (machine, options, may_switch, file) in [
        (says("SNPONLY", "efi", "x86_64"), &full, true, Some("ipxe.efi")),
        (says("SNPONLY", "efi", "arm64"), &full, true, Some("ipxe-arm64.efi")),
        (says("undionly", "pcbios", "x86_64"), &full, true, Some("ipxe.pxe")),
        (says("virtio-net", "efi", "x86_64"), &snponly, true, Some("snponly.efi")),
        (says("virtio-net", "pcbios", "x86_64"), &snponly, true, Some("undionly.kpxe")),
        // It is the right one; it was tried just now; it did not say which it is; Secure Boot; no such firmware.
        (says("virtio-net", "efi", "x86_64"), &full, true, None),
        (says("SNPONLY", "efi", "x86_64"), &full, false, None),
        (Machine { kept: true, ..says("SNPONLY", "efi", "x86_64") }, &full, true, None),
        (says("", "efi", "x86_64"), &full, true, None),
        (says("SNPONLY", "efi", "x86_64"), &secure, true, None),
        (says("SNPONLY", "", "x86_64"), &full, true, None),
        (says("SNPONLY", "efi", "x86_64"), &HostOptions::default(), true, None),
    ] {
        let decision = plain(&machine, options, may_switch);
        match file {
            Some(expected) => {
                assert!(
                    matches!(&decision.action, Action::OtherIpxe { file, .. } if *file == expected),
                    "{machine:?}: {decision:?}"
                );
                assert_eq!((decision.cause, decision.as_str()), (Cause::Option, "another iPXE"));
            }
            None => assert!(matches!(decision.action, Action::Discover(_)), "{machine:?}: {decision:?}"),
        }
    }
    // What boots its disk needs no other iPXE.
    let installed = host(State::Installed);
    let machine = says("SNPONLY", "efi", "x86_64");
    let site = Site::default();
    let decision = decide(&Inputs {
        machine: &machine,
        host: Some(&installed),
        site: &site,
        options: &full,
        next: None,
        hold: None,
        may_switch: true,
        arming: None,
    });
    assert_eq!(decision.action, Action::LocalDisk);
}

#[test]
fn a_machine_is_told_what_is_missing() {
    let machine = machine(Some("x86_64"));
    let site = Site::default();
    let options = HostOptions::default();
    let inputs = Inputs {
        machine: &machine,
        host: None,
        site: &site,
        options: &options,
        next: None,
        hold: None,
        may_switch: true,
        arming: None,
    };
    let reason = decide(&inputs).reason;
    assert!(reason.contains("no discovery image: run muster image use"), "{reason}");
    let options = HostOptions { discovery: Some(OwnDiscovery::Centos), ..HostOptions::default() };
    let reason = decide(&Inputs { options: &options, ..inputs }).reason;
    assert!(reason.contains("by centos, which this site has not set up"), "{reason}");
}
