//! A machine becomes a node: a live system on real firmware writes the one disk that was agreed to, with the power cut once in
//! the middle of it, and the machine boots from that disk ever after.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

#[path = "../../../crates/okd/tests/support/installer.rs"]
mod installer;
mod machine;
mod site;

use lab::{Deadline, Firmware};
use serde_json::Value;

use machine::Node;
use site::Site;

/// Firmware under emulation, two machines at once, beside other tests.
const BOOT: u64 = 480;
const INSTALL: u64 = 900;
const RING: u64 = 180;

#[test]
fn a_bios_machine_is_installed_once_after_a_power_cut_and_boots_from_its_disk() {
    let site = Site::new();
    let mut node = Node::new(&site, Firmware::Bios, "52:54:00:00:0a:01", "OKD1001");
    becomes_a_node(&site, &mut node, "w1", None);
}

/// Its addresses are fixed, and its second card is not to be used.
const NETWORK: &str = r#"
dns = ["10.99.0.1"]
exclude = ["52:54:00:00:0b:02"]
[[card]]
mac = "52:54:00:00:0b:01"
addresses = ["10.99.0.40/24"]
gateway = "10.99.0.1"
"#;

#[test]
fn a_uefi_machine_with_fixed_addresses_is_installed_once_after_a_power_cut_and_boots_from_its_disk() {
    let site = Site::new();
    let mut node = Node::new(&site, Firmware::Uefi, "52:54:00:00:0b:01", "OKD1002");
    becomes_a_node(&site, &mut node, "w2", Some(NETWORK));
    let shown = site.muster.json(&["host", "show", &node.host]).unwrap();
    assert_eq!(shown["inventory"]["os"]["hostname"], "w2.okd1.example.lan", "{shown:#}");
    assert!(
        shown["inventory"]["nics"].to_string().contains("10.99.0.40"),
        "{:#}",
        shown["inventory"]["nics"]
    );
}

/// Where the installed system speaks: at no speed that anything else here would choose.
const CONSOLE: &str = "ttyS0,57600";

fn becomes_a_node(site: &Site, node: &mut Node, hostname: &str, network: Option<&str>) {
    let muster = &site.muster;
    node.machine.power_on().unwrap();
    node.host =
        site.host(&node.serial, Deadline::seconds(BOOT)).unwrap_or_else(|error| node.panic(site, &error));
    let host = node.host.clone();
    muster.run(&["host", "approve", &host]).unwrap();
    node.set_role(site, hostname, Deadline::seconds(BOOT));
    if let Some(network) = network {
        let file = site.folder.path().join("net.toml");
        std::fs::write(&file, network).unwrap();
        muster.run(&["host", "set-network", &host, "--file", file.to_str().unwrap()]).unwrap();
    }
    let kept = node.kept_disks();
    muster.run(&["boot", "set", &host, "--console", CONSOLE]).unwrap();

    muster.run(&["host", "arm", &host, "--yes"]).unwrap();
    node.machine.power_off_hard();
    node.machine.power_on().unwrap();
    let percent = |shown: &Value| shown["standing"]["percent"].as_u64() > Some(10);
    node.wait_for_install(site, "a tenth of the disk", Deadline::seconds(INSTALL), percent);
    // The plug is pulled while it writes; it comes back, and is not installed a second time by itself.
    node.machine.power_off_hard();
    node.machine.power_on().unwrap();
    node.wait_for_install(site, "the failure", Deadline::seconds(BOOT), |shown| {
        shown["standing"]["state"] == "failed"
    });
    let rang = site.ntfy.wait_for_message(
        site::TOPIC,
        |message| message.title.contains(&host) && message.priority >= 4 && message.title.contains("install"),
        Deadline::seconds(RING),
    );
    let rang = rang.unwrap_or_else(|error| node.panic(site, &error));
    assert!(rang.text.contains("reprovision"), "{rang:?}");
    assert_eq!(site.state(&host), "failed");

    node.machine.power_off_hard();
    muster.run(&["host", "reprovision", &host, "--yes"]).unwrap();
    let discovery = site.boot_id(&host);
    node.machine.power_on().unwrap();
    node.wait_for_install(site, "its end", Deadline::seconds(INSTALL), |shown| {
        shown["standing"]["state"] == "done"
    });
    assert_eq!(site.state(&host), "in-service");
    assert_eq!(muster.json(&["host", "list"]).unwrap().as_array().unwrap().len(), 1, "the same host");
    assert!(site.machine_configs.log().text().contains("GET /config/worker"));
    assert_eq!(node.kept_disks(), kept, "the other disks are byte for byte what they were");

    // Its firmware asks the network first, ever after.
    let installed = node.wait_for_another_boot(site, &discovery, Deadline::seconds(BOOT));
    node.machine.power_off_hard();
    node.machine.power_on().unwrap();
    node.wait_for_another_boot(site, &installed, Deadline::seconds(BOOT));
    if node.machine.spec().firmware == Firmware::Bios {
        // Of a UEFI machine the stand-in starts one program, with its arguments in it.
        let shown = muster.json(&["host", "show", &host]).unwrap();
        let arguments = shown["inventory"]["os"]["kernel_arguments"].as_str().unwrap();
        assert!(arguments.contains("console=tty0 console=ttyS0,57600n8"), "{arguments}");
    }
    let trail = muster.json(&["host", "trail", &host]).unwrap();
    assert!(trail[0].to_string().contains("local disk"), "{:#}", trail[0]);
    assert_eq!(node.kept_disks(), kept);
    assert_eq!(site.state(&host), "in-service");
    let said = muster.process().log().text() + &muster.run(&["host", "explain", &host]).unwrap();
    for secret in &site.secrets {
        assert!(!said.contains(secret.as_str()), "{said}");
    }
}
