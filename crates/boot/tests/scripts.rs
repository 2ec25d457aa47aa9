//! The iPXE scripts: as they are meant (golden files), and sound whatever is put into them.

use std::net::IpAddr;
use std::time::Duration;

use boot::links::Links;
use boot::scripts::{self, Handout};
use boot::site::{Centos, CoreOs, DiscoverySystem, Image, ImageId, Stream};
use boot::tickets::{Purpose, TicketKey, Token};
use boot::{Action, Arch, AssetId, Decision, Machine};
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
    let decision = Decision { action: Action::Discover(system), reason: reason.to_owned() };
    let token = ticket(scripts::ticket_purpose(&decision).unwrap());
    (decision, token)
}

fn rendered((decision, ticket): &(Decision, Token)) -> String {
    let handout = Handout { ticket, interval_secs: 30 };
    scripts::for_decision(decision, &machine(), &links(), Some(handout))
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
    let handout = Handout { ticket: &unasked, interval_secs: 30 };
    let script = scripts::for_decision(&local, &machine(), &links(), Some(handout));
    assert!(!script.contains(unasked.reveal()) && !script.contains("kernel "));
    let script = scripts::for_decision(&discovery(image(), "new").0, &machine(), &links(), None);
    assert!(script.contains("no ticket") && !script.contains("kernel "), "{script}");
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
    }
}
