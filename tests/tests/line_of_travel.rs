//! A machine is switched on, is in the database, and a phone rings.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

use lab::{
    Deadline, Dnsmasq, DnsmasqOptions, Firmware, Machine, MachineSpec, Muster, Namespace, Ntfy, Scratch,
};
use muster_tests::programs;
use serde_json::Value;

const SETTINGS: &str = r#"
networks = ["10.99.0.0/24"]
[agents]
interval_secs = 2
[alerts]
warm_up = "3s"
[alerts.rules.agent.missing]
warn_after = "8s"
[alerts.rules.hosts.unapproved]
after = "3s"
"#;
const TOPIC: &str = "alerts-x7f3k9q2";
const BIOS_MAC: &str = "52:54:00:00:00:01";
const UEFI_MAC: &str = "52:54:00:00:00:02";
/// Firmware under emulation, two machines at once, beside other tests.
const BOOT: u64 = 420;
const RING: u64 = 120;

#[test]
fn machines_of_both_firmwares_enrol_and_a_phone_rings_when_one_falls_silent() {
    let programs = programs().unwrap();
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let ntfy = Ntfy::start(&namespace, namespace.address()).unwrap();
    let settings = format!("dhcp_log = {:?}\n{SETTINGS}", dnsmasq.log_file());
    let muster = Muster::start(&namespace, &programs, folder.path(), &settings).unwrap();
    muster.use_own_image(folder.path()).unwrap();
    subscribe(&muster, &ntfy);

    // From another machine, plain HTTP is for booting only.
    let place = lab::Place::from(&namespace);
    let plain =
        place.http("GET", (Namespace::ADDRESS, Muster::HTTP_PORT).into(), "/api/v1/hosts", &[], "").unwrap();
    assert!(plain.status == 403 && plain.body.contains("needs-tls"), "{}", plain.body);

    let mut bios =
        Machine::plug_in(MachineSpec::furnished("bios", Firmware::Bios, BIOS_MAC, "CZ1001"), &namespace)
            .unwrap();
    let mut uefi =
        Machine::plug_in(MachineSpec::furnished("uefi", Firmware::Uefi, UEFI_MAC, "CZ1002"), &namespace)
            .unwrap();
    bios.power_on().unwrap();
    uefi.power_on().unwrap();
    let explain = || {
        format!(
            "muster:\n{}\nbios:\n{}\nuefi:\n{}\ndnsmasq:\n{}",
            muster.process().log().tail(60),
            bios.console().tail(60),
            uefi.console().tail(60),
            dnsmasq.process().log().tail(60)
        )
    };
    let hosts = Deadline::seconds(BOOT)
        .wait_for("both machines' inventories", || {
            let hosts = muster.json(&["host", "list"])?;
            let reported =
                |host: &&Value| host["revision"].as_i64() > Some(0) && !host["sample_at"].is_null();
            let hosts: Vec<Value> = hosts.as_array().unwrap().iter().filter(reported).cloned().collect();
            Ok((hosts.len() == 2).then_some(hosts))
        })
        .unwrap_or_else(|error| panic!("{error:#}\n{}", explain()));

    for (serial, mac, mode) in [("CZ1001", BIOS_MAC, "bios"), ("CZ1002", UEFI_MAC, "uefi")] {
        let host = hosts.iter().find(|host| host["serial"] == serial).unwrap_or_else(|| panic!("{hosts:#?}"));
        assert_eq!(host["state"], "discovered");
        let shown = muster.json(&["host", "show", host["id"].as_str().unwrap()]).unwrap();
        let inventory = &shown["inventory"];
        assert_eq!(inventory["firmware"]["boot_mode"], mode, "{inventory:#}");
        assert_eq!(inventory["system"]["product"], "Shelf 1000");
        assert_eq!(inventory["memory"]["slots"].as_array().unwrap().len(), 4);
        let disks = inventory["disks"].as_array().unwrap();
        for disk in [format!("NVME-{serial}"), format!("SATA-{serial}")] {
            assert!(disks.iter().any(|found| found["serial"] == disk.as_str()), "{disk}: {disks:#?}");
        }
        let booted_from =
            inventory["nics"].as_array().unwrap().iter().find(|nic| nic["boot"] == true).unwrap();
        assert_eq!(booted_from["mac"], mac);
        assert!(shown["sample"]["temperatures"].as_array().is_some_and(|t| !t.is_empty()), "{shown:#}");
        let trail = muster.json(&["host", "trail", host["id"].as_str().unwrap()]).unwrap();
        check_trail(&trail[0], mode);
        // The ticket that booted this machine shows nowhere.
        let cmdline = inventory["os"]["kernel_arguments"].as_str().unwrap();
        assert!(cmdline.contains("muster.ticket=<redacted>"), "{cmdline}");
    }

    // The same two, asked for from outside: by mDNS, and by a sweep of the declared network.
    let discovered =
        muster.json(&["score", "run", "-f", "Discover", "-y", "--wait-for", "2", "--timeout", "50"]).unwrap();
    let found = &discovered["result"];
    assert_eq!((found["found"].as_i64(), found["new"].as_i64()), (Some(2), Some(0)), "{discovered:#}");
    for host in &hosts {
        let shown = muster.json(&["host", "show", host["id"].as_str().unwrap()]).unwrap();
        assert!(shown["host"]["found_at"].is_i64(), "no search met it: {shown:#}");
    }

    // Nobody has approved them: together they are one quiet notice, never a ring each.
    let summary =
        ntfy.wait_for_message(TOPIC, |m| m.title.contains("approv"), Deadline::seconds(RING)).unwrap();
    assert!(summary.priority < 4, "{summary:?}");
    for host in &hosts {
        muster.run(&["host", "approve", host["id"].as_str().unwrap()]).unwrap();
    }

    let name =
        hosts.iter().find(|host| host["serial"] == "CZ1001").unwrap()["name"].as_str().unwrap().to_owned();
    bios.power_off_hard();
    let missing = ntfy
        .wait_for_message(
            TOPIC,
            |m| m.title.contains(&name) && m.title.contains("missing"),
            Deadline::seconds(RING),
        )
        .unwrap_or_else(|error| panic!("{error:#}\n{}", muster.process().log().tail(60)));
    assert!(missing.priority >= 4, "{missing:?}");
    bios.power_on().unwrap();
    let sequence = missing.sequence_id.clone();
    let back = ntfy
        .wait_for_message(
            TOPIC,
            |m| m.sequence_id == sequence && m.id != missing.id && m.priority < 4,
            Deadline::seconds(BOOT),
        )
        .unwrap_or_else(|error| {
            panic!("{error:#}\n{}\n{}", muster.process().log().tail(60), bios.console().tail(60))
        });
    assert!(back.title.contains(&name), "{back:?}");
    // It booted anew, with a ticket for its own address, and is the same approved host with a new key.
    let again = muster.json(&["host", "show", &name]).unwrap();
    assert_eq!(again["host"]["state"], "ready");
    assert_eq!(muster.json(&["host", "list"]).unwrap().as_array().unwrap().len(), 2);
}

/// What a whole boot leaves: who asked DHCP and for what, each file with its bytes and time, and that it came to its end.
fn check_trail(boot: &Value, mode: &str) {
    let steps = boot["steps"].as_array().unwrap();
    let mut seen = steps.iter().map(|step| {
        let client = step["facts"]["client"].as_str().map(|client| format!(" {client}")).unwrap_or_default();
        (format!("{}{client}", step["kind"].as_str().unwrap()), step)
    });
    // QEMU's BIOS card is iPXE already: no firmware asks before it.
    let firmware = ["dhcp-discover firmware", "dhcp-offer firmware", "dhcp-ack firmware", "tftp"];
    let ipxe = ["dhcp-discover ipxe", "dhcp-offer ipxe", "dhcp-ack ipxe", "entry-script", "decision"];
    let system = ["kernel", "initramfs", "dhcp-ack system", "agent-first-word"];
    let firmware = if mode == "uefi" { &firmware[..] } else { &[] };
    let expected = firmware.iter().chain(&ipxe).chain(&system);
    for kind in expected {
        let Some((_, step)) = seen.find(|(found, _)| found == kind) else {
            panic!("{kind} is missing, or not in its order: {boot:#}");
        };
        if ["tftp", "entry-script", "decision", "kernel", "initramfs"].contains(kind) {
            // Firmware asks for a file's size first, and takes nothing of it.
            let sized = *kind == "tftp" || step["bytes"] == step["size_bytes"];
            assert!(sized && step["size_bytes"].as_u64() > Some(0) && step["took_ms"].is_u64(), "{step:#}");
        }
        if *kind == "dhcp-ack firmware" {
            assert_eq!(
                (step["facts"]["arch"].as_u64(), step["facts"]["boot_file"].as_str()),
                (Some(7), Some("snponly.efi"))
            );
        }
    }
    assert_eq!(boot["standing"]["state"], "done", "{boot:#}");
}

fn subscribe(muster: &Muster, ntfy: &Ntfy) {
    muster.run_with_input(&["secret", "set", "ntfy-token"], ntfy.publisher_token()).unwrap();
    let url = ntfy.url();
    muster.run(&["provider", "add", "ntfy", "phone", "--url", &url, "--token-secret", "ntfy-token"]).unwrap();
    muster.run(&["subscription", "add", "--name", "me", "--provider", "phone", "--topic", TOPIC]).unwrap();
    muster.run(&["subscription", "test", "me"]).unwrap();
}
