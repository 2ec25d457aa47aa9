use super::*;
use boot::trail::diagnosis::Hop;

fn attempt(number: i64, steps: &[(i64, &str)], state: State) -> TrailAttempt {
    let steps = steps.iter().map(|(id, kind)| TrailStep {
        id: *id,
        at: Timestamp(1_795_257_600_000 + id * 1000),
        kind: (*kind).to_owned(),
        detail: "x".to_owned(),
        address: "10.0.0.7".to_owned(),
        bytes: Some(512),
        size_bytes: Some(1024),
        took_ms: Some(1500),
        facts: boot::trail::Facts::default(),
    });
    let standing = Standing {
        state,
        hop: Hop::Agent,
        text: "It stands.".to_owned(),
        cause: (state == State::Stopped).then(|| "A cause.".to_owned()),
        expected_secs: 1,
    };
    let mac = MacAddr::new([2, 0, 0, 0, 0, 1]);
    TrailAttempt { mac, number, steps: steps.collect(), running: vec![], standing }
}

#[test]
fn each_step_is_printed_once_and_each_end_when_it_changes() {
    let mut shown = Shown::new(Format::Table);
    let mut news = |attempts: &[TrailAttempt]| shown.news(attempts).unwrap().concat();
    let old = || attempt(1, &[(1, "kernel")], State::Done);
    let first = news(&[attempt(2, &[(5, "tftp")], State::Going), old()]);
    assert_eq!(
        first,
        "2026-11-21 10:40:05Z  02:00:00:00:00:01\n  +   0.0s  fetched a file by TFTP: x  [only 512 B of 1 KiB in 1.5s]\n"
    );
    assert_eq!(news(&[attempt(2, &[(5, "tftp")], State::Going), old()]), "");
    let second = news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Stopped), old()]);
    assert!(second.starts_with("  +   1.0s  fetched the kernel"), "{second}");
    assert!(second.ends_with("  stopped: It stands.\n    A cause.\n"), "{second}");
    // The server was started anew: all of it comes again.
    assert_eq!(news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Stopped), old()]), "");
    // The last step of a boot may come together with the first of the next.
    let last = attempt(2, &[(5, "tftp"), (6, "kernel"), (7, "agent")], State::Done);
    let both = news(&[attempt(3, &[(9, "tftp")], State::Going), last]);
    let kinds: Vec<&str> =
        ["fetched the agent", "by TFTP"].into_iter().filter(|kind| both.contains(kind)).collect();
    assert_eq!((kinds.len(), both.matches("02:00").count()), (2, 1), "{both}");
}

#[test]
fn json_is_one_object_a_line() {
    let mut shown = Shown::new(Format::Json);
    let lines = shown.news(&[attempt(2, &[(5, "tftp"), (6, "kernel")], State::Going)]).unwrap();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((value["boot"].as_i64(), line.contains('\n')), (Some(2), false));
    }
    assert!(lines[2].contains("\"state\":\"going\""), "{}", lines[2]);
}

#[test]
fn a_card_is_asked_for_by_its_address_and_a_host_by_its_name() {
    assert_eq!(path("52:54:00:AA:bb:01"), "/api/v1/boots/52-54-00-aa-bb-01");
    assert_eq!(path("node 1"), "/api/v1/hosts/node%201/trail");
}

#[test]
fn each_step_reads_as_what_the_machine_did() {
    let no_bytes = (None, None, None);
    let (all, none, some) = (
        |n| (Some(n), Some(n), Some(1500)),
        |n| (Some(0), Some(n), Some(0)),
        |n| (Some(1 << 20), Some(n), Some(12_340)),
    );
    for (kind, detail, (bytes, size_bytes, took_ms), reads) in [
        (
            "dhcp-discover",
            "firmware, x86-64 UEFI, architecture 7",
            no_bytes,
            "asked for an address: firmware, x86-64 UEFI, architecture 7",
        ),
        (
            "dhcp-offer",
            "10.0.0.7, no boot file (firmware)",
            no_bytes,
            "was offered 10.0.0.7, no boot file (firmware)",
        ),
        (
            "dhcp-ack",
            "10.0.0.7, boot file snponly.efi from 10.0.0.1 (firmware)",
            no_bytes,
            "has the address 10.0.0.7, boot file snponly.efi from 10.0.0.1 (firmware)",
        ),
        ("tftp", "snponly.efi", all(1 << 20), "fetched a file by TFTP: snponly.efi  [1 MiB in 1.5s]"),
        (
            "tftp",
            "snponly.efi, its size only",
            none(1 << 20),
            "asked for a file by TFTP: snponly.efi, its size only  [1 MiB]",
        ),
        (
            "tftp",
            "\"pxelinux.0\": there is no such file",
            no_bytes,
            "asked for a file by TFTP: \"pxelinux.0\": there is no such file",
        ),
        (
            "tftp",
            "snponly.efi: the client fell silent",
            some(3 << 20),
            "fetched a file by TFTP: snponly.efi: the client fell silent  [only 1 MiB of 3 MiB in 12.3s]",
        ),
        ("binary", "snponly.efi", none(1 << 20), "asked for iPXE by HTTP: snponly.efi  [nothing of 1 MiB]"),
        ("entry-script", "", all(512), "fetched iPXE's first script"),
        ("entry-script", "", some(2 << 20), "fetched iPXE's first script  [only 1 MiB of 2 MiB in 12.3s]"),
        ("kernel", "vmlinuz", (Some(512), Some(512), Some(3)), "fetched the kernel: vmlinuz  [512 B]"),
        (
            "initramfs",
            "initramfs.img",
            some(60 << 20),
            "fetched the initramfs: initramfs.img  [only 1 MiB of 60 MiB in 12.3s]",
        ),
        ("kickstart", "ticket ab12cd", all(2048), "fetched its kickstart: ticket ab12cd  [2 KiB in 1.5s]"),
        ("agent-first-word", "node1", no_bytes, "the agent's first word: node1"),
        ("refused", "that ticket was used already", no_bytes, "was refused: that ticket was used already"),
        ("of-a-newer-server", "x", no_bytes, "of-a-newer-server x"),
    ] {
        let mut boot = attempt(1, &[(0, kind)], State::Going);
        let step = &mut boot.steps[0];
        (step.detail, step.bytes, step.size_bytes, step.took_ms) =
            (detail.to_owned(), bytes, size_bytes, took_ms);
        assert_eq!(line(step, step.at), format!("  +   0.0s  {reads}\n"));
    }
}
