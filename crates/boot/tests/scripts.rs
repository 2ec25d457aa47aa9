//! The iPXE scripts: as they are meant (golden files), and sound whatever is put into them.

use std::net::IpAddr;
use std::time::Duration;

use boot::links::Links;
use boot::scripts::{self, Handout};
use boot::site::{Centos, DiscoverySystem, Image, ImageId, Stream};
use boot::tickets::{Purpose, TicketKey, Token};
use boot::{Action, Arch, Decision, Machine};
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

fn centos() -> DiscoverySystem {
    let repo = "http://mirror.lan/10-stream/BaseOS/x86_64/os".parse().unwrap();
    DiscoverySystem::Centos(Centos { arch: Arch::X86_64, stream: Stream::Ten, repo })
}

#[test]
fn the_scripts_are_as_they_are_meant() {
    let by_image = discovery(image(), "this machine is not known yet");
    let by_centos = discovery(centos(), "node1 is ready and has no role yet");
    // A ticket differs each time: the golden file has its place.
    let image_script = rendered(&by_image).replace(by_image.1.reveal(), "TICKET");
    let centos_script = rendered(&by_centos).replace(by_centos.1.reveal(), "TICKET");
    for (name, script) in [
        ("boot.ipxe", scripts::entry(&links())),
        ("discover-image.ipxe", image_script),
        ("discover-centos.ipxe", centos_script),
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
    let script = rendered(&discovery(centos(), "new"));
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
