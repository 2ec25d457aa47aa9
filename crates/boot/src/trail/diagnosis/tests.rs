use super::*;
use std::net::Ipv4Addr;

const T0: Timestamp = Timestamp(1_795_257_600_000);
const URL: &str = "http://10.0.0.1:8080/boot/boot.ipxe";

fn known(now: Timestamp) -> Known {
    Known { now, sending: false, boots_lately: 1 }
}

fn step(kind: StepKind) -> RecordedStep {
    RecordedStep {
        id: 0,
        at: T0,
        kind,
        address: Ipv4Addr::new(10, 0, 0, 7).into(),
        detail: "a detail".to_owned(),
        bytes: Some(1000),
        size: Some(1000),
        took: None,
        facts: Facts::default(),
    }
}

fn dhcp(kind: StepKind, client: Client, file: Option<&str>) -> RecordedStep {
    let arch = (client != Client::System).then_some(7);
    let facts = Facts { client: Some(client), arch, boot_file: file.map(str::to_owned), ..Facts::default() };
    RecordedStep { facts, bytes: None, size: None, ..step(kind) }
}

fn decided(course: Course) -> RecordedStep {
    let facts = Facts { course: Some(course), ..Facts::default() };
    RecordedStep { facts, ..step(StepKind::Decision) }
}

fn asks(client: Client, file: Option<&str>) -> Vec<RecordedStep> {
    [StepKind::DhcpDiscover, StepKind::DhcpOffer, StepKind::DhcpAck]
        .map(|kind| dhcp(kind, client, file))
        .into()
}

/// Numbers them, a second apart.
fn in_order(steps: Vec<RecordedStep>) -> Vec<RecordedStep> {
    let numbered = (0_i64..).zip(steps);
    numbered.map(|(n, step)| RecordedStep { id: n, at: Timestamp(T0.0 + n * 1000), ..step }).collect()
}

fn uefi_by_tftp(course: Course, then: &[StepKind]) -> Vec<RecordedStep> {
    let mut steps = asks(Client::Firmware, Some("snponly.efi"));
    steps.push(RecordedStep { bytes: Some(0), ..step(StepKind::Tftp) });
    steps.push(step(StepKind::Tftp));
    steps.extend(asks(Client::Ipxe, Some(URL)));
    steps.extend([step(StepKind::EntryScript), decided(course)]);
    steps.extend(then.iter().copied().map(step));
    in_order(steps)
}

fn boots() -> Vec<(&'static str, Vec<RecordedStep>)> {
    use StepKind::{Agent, AgentFirstWord, Ignition, Initramfs, Kernel, Kickstart, Rootfs};
    let image = [Kernel, Initramfs, AgentFirstWord];
    let mut by_http = asks(Client::Firmware, Some("http://10.0.0.1/snponly.efi"));
    by_http.push(step(StepKind::Binary));
    by_http.extend(uefi_by_tftp(Course::Image, &image).split_off(5));
    let ipxe_rom = uefi_by_tftp(Course::Image, &image).split_off(5);
    let no_dhcp = ipxe_rom.iter().filter(|step| !step.kind.is_dhcp()).cloned().collect();
    let mut with_system = uefi_by_tftp(Course::Image, &[Kernel, Initramfs]);
    with_system.extend(asks(Client::System, None));
    with_system.push(step(AgentFirstWord));
    vec![
        ("UEFI by TFTP, own image", uefi_by_tftp(Course::Image, &image)),
        ("UEFI by HTTP", in_order(by_http)),
        ("iPXE in the card", in_order(ipxe_rom)),
        ("DHCP not seen", in_order(no_dhcp)),
        ("the system's DHCP seen", in_order(with_system)),
        ("CentOS Stream", uefi_by_tftp(Course::Installer, &[Kickstart, Agent, AgentFirstWord])),
        ("CoreOS", uefi_by_tftp(Course::Live, &[Kernel, Initramfs, Rootfs, Ignition, Agent, AgentFirstWord])),
        (
            "another iPXE first",
            uefi_by_tftp(Course::OtherIpxe, &[StepKind::Binary, StepKind::EntryScript])
                .into_iter()
                .chain([
                    RecordedStep { id: 90, at: T0.plus(Duration::from_secs(90)), ..decided(Course::Image) },
                    RecordedStep { id: 91, at: T0.plus(Duration::from_secs(91)), ..step(AgentFirstWord) },
                ])
                .collect(),
        ),
        ("its disk", uefi_by_tftp(Course::Disk, &[])),
    ]
}

#[test]
fn every_prefix_of_every_boot_goes_on_until_it_is_late_and_then_says_where_and_why() {
    for (name, steps) in boots() {
        for length in 1..=steps.len() {
            let prefix = &steps[..length];
            let last = prefix.last().unwrap();
            let what = format!("{name}, up to {} {:?}", last.kind, last.facts.client);
            let fresh = standing(prefix, known(last.at));
            if length == steps.len() {
                assert_eq!((fresh.state, fresh.hop), (State::Done, Hop::End), "{what}");
                let later = standing(prefix, known(last.at.plus(Duration::from_secs(86_400))));
                assert_eq!(later, fresh, "{what}");
                continue;
            }
            assert_eq!(fresh.state, State::Going, "{what}: {fresh:?}");
            assert!(fresh.cause.is_none() && fresh.expected_secs > 0, "{what}: {fresh:?}");
            let in_time = last.at.plus(Duration::from_secs(fresh.expected_secs));
            assert_eq!(standing(prefix, known(in_time)), fresh, "{what}");
            let late = standing(prefix, known(in_time.plus(Duration::from_millis(1))));
            assert_eq!((late.state, late.hop), (State::Stopped, fresh.hop), "{what}");
            assert!(late.text.ends_with('.'), "{what}: {}", late.text);
            assert!(late.cause.as_ref().is_some_and(|cause| cause.len() > 40), "{what}: {late:?}");
            let sending = Known { sending: true, ..known(in_time.plus(Duration::from_secs(3600))) };
            assert_eq!(standing(prefix, sending).state, State::Going, "{what}");
        }
    }
}

#[test]
fn the_hop_is_the_one_that_comes_next() {
    let late = T0.plus(Duration::from_secs(7200));
    let hops = |steps: &[RecordedStep]| -> Vec<Hop> {
        (1..=steps.len()).map(|length| standing(&steps[..length], known(late)).hop).collect()
    };
    use Hop::{Agent, Chain, Dhcp, End, Initramfs, Kernel, Loader, Script, System};
    let boots: std::collections::HashMap<_, _> = boots().into_iter().collect();
    let until_told = [Dhcp, Dhcp, Loader, Loader, Chain, Dhcp, Dhcp, Chain, Script];
    for (name, then) in [
        ("UEFI by TFTP, own image", vec![Kernel, Initramfs, Agent, End]),
        ("CentOS Stream", vec![System, System, Agent, End]),
        ("CoreOS", vec![Kernel, Initramfs, System, Agent, Agent, Agent, End]),
        ("its disk", vec![End]),
    ] {
        assert_eq!(hops(&boots[name]), [&until_told[..], &then].concat(), "{name}");
    }
    assert_eq!(hops(&boots["DHCP not seen"]), [Script, Kernel, Initramfs, Agent, End]);
}

/// A setting or a cause that must be named where a boot has stopped.
#[test]
fn what_is_broken_is_named() {
    let firmware = |file| asks(Client::Firmware, file);
    let ipxe = |file| asks(Client::Ipxe, file);
    let with = |steps: Vec<RecordedStep>, more: Vec<RecordedStep>| [steps, more].concat();
    let loaded = || with(firmware(Some("snponly.efi")), vec![step(StepKind::Tftp)]);
    let broken = |kind| RecordedStep { bytes: Some(400), ..step(kind) };
    let missing = RecordedStep { bytes: None, size: None, ..step(StepKind::Tftp) };
    let image =
        |then: Vec<RecordedStep>| with(vec![step(StepKind::EntryScript), decided(Course::Image)], then);
    let initramfs = || image(vec![step(StepKind::Kernel), step(StepKind::Initramfs)]);
    let said = |kind, detail: &str| vec![RecordedStep { detail: detail.to_owned(), ..step(kind) }];
    for (steps, hop, words) in [
        (firmware(None), Hop::Loader, vec!["architecture, 7", "option 93"]),
        (firmware(None)[..2].to_vec(), Hop::Dhcp, vec!["boot entry"]),
        (firmware(Some("x.efi"))[..2].to_vec(), Hop::Dhcp, vec!["Another DHCP server"]),
        (
            firmware(Some("snponly.efi")),
            Hop::Loader,
            vec!["snponly.efi", "UDP port 69", "server name and address"],
        ),
        (firmware(Some("http://x/s.efi")), Hop::Loader, vec!["HTTPClient"]),
        (with(firmware(Some("x.efi")), vec![missing]), Hop::Loader, vec!["--tftp-dir"]),
        (
            with(firmware(Some("x.efi")), vec![broken(StepKind::Tftp)]),
            Hop::Loader,
            vec!["400 of 1000", "MTU"],
        ),
        (loaded(), Hop::Chain, vec!["not heard from iPXE", "Secure Boot", "x86-64 UEFI"]),
        (with(loaded(), ipxe(Some("snponly.efi"))), Hop::Chain, vec!["user class", "last matching"]),
        (
            with(with(loaded(), ipxe(Some("snponly.efi"))), vec![step(StepKind::Tftp)]),
            Hop::Chain,
            vec!["loads itself for ever", "user class"],
        ),
        (vec![step(StepKind::Tftp); 3], Hop::Chain, vec!["3 times", "user class"]),
        (with(loaded(), ipxe(None)), Hop::Loader, vec!["No boot entry matches iPXE"]),
        (with(loaded(), ipxe(Some(URL))), Hop::Chain, vec!["HTTP port", URL]),
        (vec![step(StepKind::EntryScript)], Hop::Script, vec!["--advertise"]),
        (vec![step(StepKind::EntryScript); 3], Hop::Script, vec!["3 times", "boot.ipxe"]),
        (image(vec![]), Hop::Kernel, vec!["console"]),
        (image(vec![step(StepKind::Kernel)]), Hop::Initramfs, vec!["memory", "Secure Boot"]),
        (
            image(vec![RecordedStep { bytes: Some(0), ..step(StepKind::Kernel) }]),
            Hop::Kernel,
            vec!["0 of 1000"],
        ),
        (image(vec![broken(StepKind::Kernel)]), Hop::Kernel, vec!["40 %", "memory"]),
        (initramfs(), Hop::Agent, vec!["Either its network card", "8443", "--dhcp-log"]),
        (with(loaded(), initramfs()), Hop::Agent, vec!["never asked for an address", "driver"]),
        (with(initramfs(), asks(Client::System, None)), Hop::Agent, vec!["has an address", "8443", "clock"]),
        (
            with(initramfs(), said(StepKind::AgentFailed, "enrol: connection refused")),
            Hop::Agent,
            vec!["8443"],
        ),
        (
            with(initramfs(), said(StepKind::AgentFailed, "another certificate")),
            Hop::Agent,
            vec!["another server"],
        ),
        (
            with(initramfs(), said(StepKind::Refused, "the ticket of aa is expired")),
            Hop::Script,
            vec!["boot the machine again"],
        ),
        (said(StepKind::Refused, "a ticket was used already"), Hop::Script, vec!["good once"]),
        (said(StepKind::AgentFailed, "?"), Hop::Agent, vec!["its own"]),
    ] {
        let steps = in_order(steps);
        let stands = standing(&steps, known(T0.plus(Duration::from_secs(7200))));
        let told = format!("{} {}", stands.text, stands.cause.clone().unwrap_or_default());
        assert!(matches!(stands.state, State::Stopped | State::Failed), "{told}");
        assert_eq!(stands.hop, hop, "{told}");
        for word in words {
            assert!(told.contains(word), "{word:?} is missing in: {told}");
        }
    }
}

#[test]
fn a_loop_is_said_at_once_and_a_restless_machine_too() {
    let steps = in_order(vec![step(StepKind::EntryScript); 3]);
    assert_eq!(standing(&steps, known(steps[2].at)).state, State::Stopped);
    let steps = in_order(vec![step(StepKind::EntryScript), decided(Course::Image)]);
    let restless = Known { boots_lately: 5, ..known(T0.plus(Duration::from_secs(600))) };
    assert!(standing(&steps, restless).cause.unwrap().contains("5 boots"));
}

#[test]
fn where_dhcp_is_not_read_nothing_is_said_of_it() {
    let steps = in_order(vec![step(StepKind::Tftp)]);
    let blind = known(T0.plus(Duration::from_secs(600)));
    let cause = standing(&steps, blind).cause.unwrap();
    assert!(cause.contains("user class") && !cause.contains("has not heard"), "{cause}");
}
