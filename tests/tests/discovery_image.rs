//! Muster's own discovery image, made of packed modules, on machines that have little memory and much network.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::net::Ipv4Addr;

use lab::{
    Deadline, DirectBoot, Dnsmasq, DnsmasqOptions, Firmware, Kernel, Machine, MachineSpec, Muster, Namespace,
    Scratch, SshKey, Trunk,
};
use muster_tests::programs;
use serde_json::Value;

const SETTINGS: &str = "networks = [\"10.99.0.0/24\"]\n[agents]\ninterval_secs = 2\n";
const BOOTED_FROM: &str = "52:54:00:00:01:01";
const INTEL: &str = "52:54:00:00:01:02";
const LONELY: &str = "52:54:00:00:01:03";
const TAGGED: &str = "52:54:00:00:01:04";
/// Emulated, two machines at once, beside other tests.
const BOOT: u64 = 420;
const SOON: u64 = 240;

#[test]
fn every_card_gets_its_address_and_operators_get_in_by_key() {
    let programs = programs().unwrap();
    let namespace = Namespace::new().unwrap();
    let folder = Scratch::new().unwrap();
    let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url())).unwrap();
    let muster = Muster::start(&namespace, &programs, folder.path(), SETTINGS).unwrap();
    let key = SshKey::make(folder.path(), "operator").unwrap();
    let out = folder.path().join("image");
    build(&muster, &folder, &key);

    let mut three = three_cards(&namespace);
    three.power_on().unwrap();
    let mut odd = tagged_and_fixed(&namespace, &out);
    odd.power_on().unwrap();
    let consoles = [three.console(), odd.console()];
    let explain = |error: anyhow::Error| -> ! {
        let [three, odd] = consoles.each_ref().map(|console| console.tail(80));
        panic!("{error:#}\nthree:\n{three}\nodd:\n{odd}\ndnsmasq:\n{}", dnsmasq.process().log().tail(60))
    };
    let on = |machine: &Machine, words: &str, secs: u64| {
        machine.wait_for_console(words, Deadline::seconds(secs)).unwrap_or_else(|error| explain(error))
    };

    // One card is in a tagged network, another has the address that it was told. Where the server should be there is
    // nobody, and both of that is said to whoever looks at the console later.
    on(&odd, "eth1.7 has the address 10.99.0.", BOOT);
    on(&odd, "eth0 has the address 10.99.0.200", SOON);
    let summary = on(&odd, "last error: ", BOOT);
    assert!(summary.contains("server https://10.99.0.9:8443"), "{summary}");
    on(&odd, "error: agent: ", SOON);
    odd.power_off_hard();

    let host = Deadline::seconds(BOOT)
        .wait_for("the machine's inventory with its addresses", || {
            let hosts = muster.json(&["host", "list"])?;
            let Some(id) = hosts[0]["id"].as_str() else { return Ok(None) };
            let host = muster.json(&["host", "show", id])?;
            Ok((address(&host, BOOTED_FROM).is_some() && address(&host, INTEL).is_some()).then_some(host))
        })
        .unwrap_or_else(|error| explain(error));
    // A card whose network has no DHCP server holds nobody up, and is there.
    assert_eq!(address(&host, LONELY), None);
    assert!(host["inventory"]["nics"].as_array().unwrap().iter().any(|nic| nic["mac"] == LONELY));
    let machine = address(&host, BOOTED_FROM).unwrap();

    let stranger = SshKey::make(folder.path(), "stranger").unwrap();
    let refused = stranger.run(&namespace, machine, "true").unwrap_err().to_string();
    assert!(refused.contains("Permission denied (publickey)"), "{refused}");
    let inside = |command: &str| key.run(&namespace, machine, command).unwrap_or_else(|error| explain(error));
    nothing_is_touched(&inside);

    // A card that is pulled out and put in again is seen.
    inside(&format!(
        "card=$(readlink -f $(dirname $(grep -l {INTEL} /sys/class/net/*/address))/device)
         echo 1 >$card/remove; ls $card 2>&1; echo 1 >/sys/bus/pci/rescan"
    ));
    Deadline::seconds(SOON)
        .wait_for("the card's address", || {
            let addresses = inside("ip -4 address show");
            Ok((addresses.matches("inet 10.99.0.").count() == 2).then_some(()))
        })
        .unwrap_or_else(|error| explain(error));
    inside("kill -9 $(pidof muster-agent)");
    on(&three, "the agent has ended with status 137", SOON);
    on(&three, "ssh: this machine's key is SHA256:", SOON);
    Deadline::seconds(SOON)
        .wait_for("the agent's next life", || {
            Ok((!inside("pidof muster-agent || true").is_empty()).then_some(()))
        })
        .unwrap_or_else(|error| explain(error));

    muster.process().kill();
    on(&three, "error: agent: ", SOON);
    let words = [
        "Lab Systems Shelf 1000",
        "CZ1010",
        "https://10.99.0.1:8443",
        "no DHCP server answers",
        "last error  ",
    ];
    Deadline::seconds(SOON)
        .wait_for("the screen", || {
            let screen = inside("cat /dev/vcs1");
            Ok(words.iter().all(|words| screen.contains(words)).then_some(()))
        })
        .unwrap_or_else(|error| explain(error));
}

/// Of modules that are packed as other distributions ship them, with a file of firmware that one of them asks for.
fn build(muster: &Muster, folder: &Scratch, key: &SshKey) {
    let kernel = lab::kernel().unwrap();
    let modules = kernel.packed_modules(folder.path()).unwrap();
    let kernel = Kernel { modules, ..kernel };
    let firmware = folder.path().join("firmware");
    std::fs::create_dir_all(firmware.join("tigon")).unwrap();
    std::fs::write(firmware.join("tigon/tg3.bin"), "for a card of Broadcom's").unwrap();
    let dropbear = lab::dropbear().unwrap();
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let (firmware, dropbear, key) = (text(&firmware), text(&dropbear), text(&key.public()));
    let more = ["--firmware", &firmware, "--ssh", &dropbear, "--ssh-key", &key, "--without", "drivers/edac"];
    let printed = muster.use_image(&folder.path().join("image"), &kernel, &more).unwrap();
    for words in
        ["for x86_64", "1 files of firmware", "note: no firmware ", "more files of firmware", "by SSH"]
    {
        assert!(printed.contains(words), "{words}:\n{printed}");
    }
}

/// Cards of three models, one of them in a network of its own; 512 MiB; a disk.
fn three_cards(namespace: &Namespace) -> Machine {
    let mut spec = MachineSpec::furnished("three", Firmware::Bios, BOOTED_FROM, "CZ1010");
    spec.memory_mib = 512;
    let tap = namespace.add_tap().unwrap();
    spec.parts = [
        "-netdev",
        &format!("tap,id=intel,ifname={tap},script=no,downscript=no"),
        "-device",
        &format!("e1000e,netdev=intel,mac={INTEL},romfile="),
        "-netdev",
        "hubport,id=lonely,hubid=50",
        "-device",
        &format!("rtl8139,netdev=lonely,mac={LONELY},romfile="),
    ]
    .map(str::to_owned)
    .to_vec();
    Machine::plug_in(spec, namespace).unwrap()
}

/// Booted from a card in a tagged network, with a fixed address on the other one, and a server that is not there.
fn tagged_and_fixed(namespace: &Namespace, image: &std::path::Path) -> Machine {
    let trunk = Trunk::plug_in(namespace, 7).unwrap();
    let mut spec = MachineSpec::new("odd", Firmware::Bios, "52:54:00:00:01:05");
    spec.memory_mib = 512;
    spec.parts = trunk.card(TAGGED);
    let pin = "0".repeat(64);
    let boot_card = TAGGED.replace(':', "-");
    let arguments = [
        format!("muster.server=https://10.99.0.9:8443 muster.pin={pin} muster.ticket=none BOOTIF=01-{boot_card}"),
        "muster.vlan=7 ip=10.99.0.200::10.99.0.1:255.255.255.0::eth0:none panic=60 console=tty0 console=ttyS0".to_owned(),
    ];
    spec.boot = Some(DirectBoot {
        is_reset_the_end: true,
        kernel: image.join("vmlinuz"),
        initramfs: image.join("initramfs.img"),
        arguments: arguments.join(" "),
    });
    Machine::plug_in(spec, namespace).unwrap()
}

/// Its address in the machines' network, by the card's MAC.
fn address(host: &Value, mac: &str) -> Option<Ipv4Addr> {
    let nics = host.pointer("/inventory/nics")?.as_array()?;
    let nic = nics.iter().find(|nic| nic.get("mac").is_some_and(|own| own == mac))?;
    let addresses = nic.get("addresses")?.as_array()?.iter().filter_map(Value::as_str);
    addresses.filter_map(|text| text.split('/').next()?.parse().ok()).next()
}

/// No disk is mounted, nothing that could assemble one is loaded, and when memory runs out the agent is not the first.
fn nothing_is_touched(inside: &impl Fn(&str) -> String) {
    let mounts = inside("cat /proc/mounts");
    assert!(!mounts.contains("/dev/sd") && !mounts.contains("/dev/nvme"), "{mounts}");
    let modules = inside("cat /proc/modules");
    for absent in ["md_mod", "dm_mod", "raid1", "ext4", "xfs", "edac"] {
        assert!(!modules.lines().any(|line| line.starts_with(absent)), "{absent}: {modules}");
    }
    for present in ["e1000e", "8139cp", "ahci", "nvme"] {
        assert!(modules.lines().any(|line| line.starts_with(present)), "{present}: {modules}");
    }
    assert_eq!(inside("cat /proc/$(pidof muster-agent)/oom_score_adj").trim(), "-900");
    assert_eq!(inside("cat /proc/sys/kernel/panic").trim(), "60");
    assert_eq!(inside("cat /lib/firmware/tigon/tg3.bin").trim(), "for a card of Broadcom's");
    let total_kib = inside("awk '/MemTotal/ {print $2}' /proc/meminfo");
    assert!(total_kib.trim().parse::<u64>().unwrap() < 512 * 1024, "{total_kib}");
}
