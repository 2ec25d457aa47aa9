//! The iPXE scripts: as they are meant (golden files), and sound whatever is put into them.

use std::net::IpAddr;
use std::time::Duration;

use boot::guard::Given;
use boot::install::Install;
use boot::ipxe::Build;
use boot::links::Links;
use boot::options::HostOptions;
use boot::scripts::{self, Handout};
use boot::site::{Centos, CoreOs, DiscoverySystem, Image, ImageId, Stream};
use boot::tickets::{Purpose, TicketKey, Token};
use boot::{Action, Arch, AssetId, Cause, Decision, Machine};
use inventory::{MacAddr, Timestamp};
use proptest::prelude::*;

use crate::{golden_file, ipxe_check};

fn links() -> Links {
    Links {
        boot: "http://10.99.0.1:8080".parse().unwrap(),
        server: "https://10.99.0.1:8443".parse().unwrap(),
        pin: [0xc5; 32],
    }
}

fn machine() -> Machine {
    Machine::new(MacAddr::new([0x52, 0x54, 0, 0xaa, 0xbb, 1]), Some("x86_64"), Some("efi"))
}

fn ticket(purpose: Purpose) -> Token {
    let source: IpAddr = "10.99.0.20".parse().unwrap();
    let now = Timestamp(1_795_257_600_000);
    TicketKey::new([7; 32]).mint(purpose, machine().mac, source, now, Duration::from_secs(60)).unwrap()
}

fn discovery(system: DiscoverySystem, reason: &str) -> (Decision, Token) {
    let cause = Cause::State(Given::Discovery);
    let decision = Decision { action: Action::Discover(system), reason: reason.to_owned(), cause };
    let token = ticket(scripts::ticket_purpose(&decision).unwrap());
    (decision, token)
}

fn rendered(case: &(Decision, Token)) -> String {
    rendered_with(case, &HostOptions::default())
}

fn rendered_with((decision, ticket): &(Decision, Token), options: &HostOptions) -> String {
    let handout = Handout::new(ticket, 30, &machine(), options);
    scripts::for_decision(decision, &machine(), &links(), options, Some(&handout))
}

fn image() -> DiscoverySystem {
    DiscoverySystem::Image(Image { arch: Arch::X86_64, id: ImageId::of_digest(&[0xab; 32]) })
}

fn centos(arch: Arch, stream: Stream) -> DiscoverySystem {
    let repo = format!("http://mirror.lan/{stream}-stream/BaseOS/{}/os", arch.name()).parse().unwrap();
    DiscoverySystem::Centos(Centos { arch, stream, repo })
}

fn coreos(arch: Arch) -> DiscoverySystem {
    let [kernel, initramfs, rootfs] = [1, 2, 3].map(|number| AssetId::of_digest([number; 32]));
    DiscoverySystem::CoreOs(CoreOs { arch, build: "9.0.20250510-0".to_owned(), kernel, initramfs, rootfs })
}

fn other_ipxe() -> Decision {
    Decision {
        action: Action::OtherIpxe { build: Build::Full, file: "ipxe.efi" },
        reason: "node1 is to run the full build of iPXE".to_owned(),
        cause: Cause::Option,
    }
}

const WORDS: &str = "control-plane node cp1 of okd1.example.lan, generation 2";

fn installation(network: &[&str]) -> (Decision, Token, Token) {
    let DiscoverySystem::CoreOs(coreos) = coreos(Arch::X86_64) else { unreachable!() };
    let install = Install {
        generation: 2,
        coreos,
        disk: "nvme-eui.0025385b11b2c3d4".parse().unwrap(),
        network: network.iter().map(|argument| argument.parse().unwrap()).collect(),
        speaks_from: None,
        words: WORDS.to_owned(),
    };
    let decision = Decision {
        action: Action::Install(Box::new(install)),
        reason: format!("node1 is armed: {WORDS}"),
        cause: Cause::State(Given::Install),
    };
    assert_eq!(scripts::ticket_purpose(&decision), Some(Purpose::Live));
    (decision, ticket(Purpose::Live), ticket(Purpose::Node))
}

fn installing(platform: &str, network: &[&str], options: &HostOptions) -> String {
    let (decision, live, node) = installation(network);
    let machine = Machine::new(machine().mac, Some("x86_64"), Some(platform));
    let handout = Handout::new(&live, 30, &machine, options).with_node(Some(&node));
    scripts::for_decision(&decision, &machine, &links(), options, Some(&handout))
        .replace(live.reveal(), "LIVE")
        .replace(node.reveal(), "NODE")
}

/// Several cards, of which one is off.
const SEVERAL_CARDS: [&str; 6] = [
    "ifname=nic0:52:54:00:aa:bb:01",
    "ifname=nic1:52:54:00:aa:bb:02",
    "ip=::::cp1:nic0:dhcp",
    "ip=::::cp1:nic1:none",
    "rd.bootif=0",
    "rd.net.timeout.carrier=30",
];
/// A VLAN on a bond, fixed.
const STATIC_VLAN_ON_BOND: [&str; 7] = [
    "ifname=nic0:52:54:00:aa:bb:01",
    "ifname=nic1:52:54:00:aa:bb:02",
    "bond=bond0:nic0,nic1:mode=802.3ad,miimon=100",
    "vlan=bond0.42:bond0",
    "ip=10.0.42.11::10.0.42.1:255.255.255.0:cp1.okd1.example.lan:bond0.42:none",
    "nameserver=10.0.42.1",
    "rd.net.timeout.carrier=90",
];

#[test]
fn the_installing_scripts_are_as_they_are_meant() {
    let mut with_options = all_options();
    with_options.set_local_disk("exit").unwrap();
    let plain = HostOptions::default();
    for (name, platform, network, options) in [
        ("install-uefi.ipxe", "efi", &[][..], &plain),
        ("install-bios.ipxe", "pcbios", &[][..], &plain),
        ("install-several-cards.ipxe", "efi", &SEVERAL_CARDS[..], &plain),
        ("install-vlan-on-bond.ipxe", "pcbios", &STATIC_VLAN_ON_BOND[..], &plain),
        ("install-with-options.ipxe", "pcbios", &[][..], &with_options),
    ] {
        let script = installing(platform, network, options);
        golden_file::same(name, &script);
        assert_eq!(ipxe_check::faults(&script), Vec::<String>::new(), "{name}");
        for word in [
            " coreos.inst.install_dev=/dev/disk/by-id/nvme-eui.0025385b11b2c3d4 ",
            " coreos.inst.ignition_url=http://10.99.0.1:8080/boot/node/NODE.ign ",
            " ignition.firstboot ignition.platform.id=metal ignition.config.url=http://10.99.0.1:8080/boot/live/LIVE.ign ",
            " rd.neednet=1 ",
        ] {
            assert!(script.contains(word), "{name} lacks {word}: {script}");
        }
        assert!(!script.contains("/dev/sd"), "{name}");
        let own = network.is_empty();
        assert_eq!(
            script.contains(" BOOTIF=01-52-54-00-aa-bb-01 ip=dhcp rd.net.timeout.carrier=30 "),
            own,
            "{name}"
        );
        for argument in network {
            assert!(script.contains(&format!(" {argument} ")), "{name} lacks {argument}");
        }
    }
}

#[test]
fn an_installation_that_lacks_a_ticket_boots_the_disk() {
    let (decision, live, _) = installation(&[]);
    let options = HostOptions::default();
    let handout = Handout::new(&live, 30, &machine(), &options);
    for handout in [None, Some(&handout)] {
        let script = scripts::for_decision(&decision, &machine(), &links(), &options, handout);
        assert!(script.contains("no ticket") && !script.contains("coreos.inst"), "{script}");
    }
}

#[test]
fn a_command_line_that_the_kernel_would_cut_is_never_given_out() {
    let long = format!("ip={}", "a".repeat(290));
    let script = installing("efi", &[long.as_str(); 2], &HostOptions::default());
    assert!(script.contains("coreos.inst.ignition_url"), "{script}");
    let script = installing("efi", &[long.as_str(); 5], &HostOptions::default());
    assert!(script.contains("longer than 2047 bytes") && !script.contains("coreos.inst"), "{script}");
    assert_eq!(ipxe_check::faults(&script), Vec::<String>::new());
}

#[test]
fn a_bios_machine_whose_system_is_not_on_the_first_disk_leaves_to_the_bios() {
    let mut options = HostOptions::default();
    options.set_local_disk("exit").unwrap();
    let local = Decision::local_disk("node1 is in service");
    let script = scripts::for_decision(&local, &machine(), &links(), &options, None);
    golden_file::same("local-disk-by-exit.ipxe", &script);
    assert_eq!(ipxe_check::faults(&script), Vec::<String>::new());
    assert!(!script.contains("sanboot"));
}

/// All options at once: each has to show in the script.
fn all_options() -> HostOptions {
    let mut options = HostOptions { secure_boot: true, ..HostOptions::default() };
    options.set_vlan("42").unwrap();
    options.set_console("ttyS1,57600").unwrap();
    options
}

#[test]
fn the_scripts_are_as_they_are_meant() {
    let by_image = discovery(image(), "this machine is not known yet");
    // A ticket differs each time: the golden file has its place.
    let script = |case: &(Decision, Token)| rendered(case).replace(case.1.reveal(), "TICKET");
    let by = |system| script(&discovery(system, "node1 is ready and has no role yet"));
    for (name, script) in [
        ("boot.ipxe", scripts::entry(&links())),
        ("discover-image.ipxe", script(&by_image)),
        ("discover-centos.ipxe", by(centos(Arch::X86_64, Stream::Ten))),
        ("discover-centos-9-aarch64.ipxe", by(centos(Arch::Aarch64, Stream::Nine))),
        ("discover-coreos.ipxe", by(coreos(Arch::X86_64))),
        ("discover-coreos-aarch64.ipxe", by(coreos(Arch::Aarch64))),
        (
            "other-ipxe.ipxe",
            scripts::for_decision(&other_ipxe(), &machine(), &links(), &HostOptions::default(), None),
        ),
        ("local-disk.ipxe", scripts::local_disk("node1 is in service")),
    ] {
        golden_file::same(name, &script);
        assert_eq!(ipxe_check::faults(&script), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_ticket_is_carried_by_discovery_only_and_a_discovery_without_one_boots_the_disk() {
    let local = Decision::local_disk("node1 is in service");
    assert_eq!(scripts::ticket_purpose(&local), None);
    let unasked = ticket(Purpose::Enrol);
    let handout = Handout::new(&unasked, 30, &machine(), &HostOptions::default());
    let script = scripts::for_decision(&local, &machine(), &links(), &HostOptions::default(), Some(&handout));
    assert!(!script.contains(unasked.reveal()) && !script.contains("kernel "));
    let script = scripts::for_decision(
        &discovery(image(), "new").0,
        &machine(),
        &links(),
        &HostOptions::default(),
        None,
    );
    assert!(script.contains("no ticket") && !script.contains("kernel "), "{script}");
}

#[test]
fn every_option_reaches_every_discovery_system() {
    for system in [image(), centos(Arch::X86_64, Stream::Ten), coreos(Arch::X86_64)] {
        let name = format!("{}-with-options.ipxe", system.kind());
        let case = discovery(system, "node1 is ready and has no role yet");
        let script = rendered_with(&case, &all_options()).replace(case.1.reveal(), "TICKET");
        golden_file::same(&name, &script);
        assert_eq!(ipxe_check::faults(&script), Vec::<String>::new(), "{name}");
        assert!(script.contains(" console=tty0 console=ttyS1,57600n8 ||"), "{script}");
        let after_kernel = script.lines().skip_while(|line| !line.starts_with("kernel ")).nth(1).unwrap();
        assert!(after_kernel.starts_with("shim --timeout "), "{script}");
        assert!(!rendered(&case).contains("shim"));
    }
}

#[test]
fn a_machine_speaks_where_its_maker_listens() {
    let case = discovery(image(), "new");
    for (maker, product, last) in
        [("Supermicro", "SYS-1", "ttyS1,115200n8"), ("HPE", "ProLiant DL20 Gen10", "ttyS0,115200n8")]
    {
        let machine = machine().telling(None, Some(maker), Some(product));
        let handout = Handout::new(&case.1, 30, &machine, &HostOptions::default());
        let script =
            scripts::for_decision(&case.0, &machine, &links(), &HostOptions::default(), Some(&handout));
        assert!(script.contains(&format!("console={last} || goto failed")), "{script}");
    }
}

/// What no script of ours may ever say but the one that installs: words that make a carrier install or wipe, or open it to strangers.
#[test]
fn no_template_has_an_installers_word() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ipxe");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        read += 1;
        // The one that installs, for a host that is armed.
        if path.ends_with("install.ipxe") {
            continue;
        }
        for word in [
            "coreos.inst",
            "install_dev",
            "inst.sshd",
            "inst.repo",
            "autopart",
            "clearpart",
            "zerombr",
            "shell",
        ] {
            let said = text.lines().any(|line| !line.starts_with('#') && line.contains(word));
            assert!(!said, "{}: {word}", path.display());
        }
    }
    assert!(read >= 8, "{read}");
}

#[test]
fn the_installers_ssh_daemon_is_never_asked_for() {
    let script = rendered(&discovery(centos(Arch::X86_64, Stream::Nine), "new"));
    assert!(!script.lines().any(|line| !line.starts_with('#') && line.contains("inst.sshd")), "{script}");
}

#[test]
fn the_checker_sees_what_is_wrong() {
    for (line, word) in [
        ("chain http://x", "not guarded"),
        ("iseq a b && goto leave", "not guarded"),
        ("iseq a b && echo x || sleep 1", "not guarded"),
        ("chain http://x || goto nowhere", "nowhere"),
        ("params || goto leave", "not in iPXE of 2019"),
        ("chain http://x || goto leave", "without --timeout"),
        ("sleep 1 ; goto leave", "not guarded"),
    ] {
        let faults = ipxe_check::faults(&format!("#!ipxe\n{line}\n:leave\nexit 1\n"));
        assert!(faults.iter().any(|fault| fault.contains(word)), "{line}: {faults:?}");
    }
    assert!(ipxe_check::faults("echo x\n").iter().any(|fault| fault.contains("#!ipxe")));
}

proptest! {
    #[test]
    fn no_name_or_reason_adds_a_line_or_an_expansion(reason in any::<String>(), tail in "(\\$\\{net0/ip\\}|\n:x\nreboot|\"|' \\|\\| shell|;# )*") {
        let hostile = format!("{reason}{tail}");
        let harmless = scripts::local_disk("x");
        let script = scripts::local_disk(&hostile);
        prop_assert_eq!(script.lines().count(), harmless.lines().count());
        prop_assert_eq!(script.matches("${").count(), harmless.matches("${").count());
        prop_assert_eq!(ipxe_check::faults(&script), Vec::<String>::new());
        let case = discovery(image(), &hostile);
        prop_assert_eq!(ipxe_check::faults(&rendered(&case)), Vec::<String>::new());
        let (mut decision, live, node) = installation(&[]);
        decision.reason.clone_from(&hostile);
        if let Action::Install(install) = &mut decision.action {
            install.words.clone_from(&hostile);
        }
        let options = HostOptions::default();
        let handout = Handout::new(&live, 30, &machine(), &options).with_node(Some(&node));
        let script = scripts::for_decision(&decision, &machine(), &links(), &options, Some(&handout));
        prop_assert_eq!(ipxe_check::faults(&script), Vec::<String>::new());
    }
}
