//! What the operator asks of the machine.

use serde_json::Value;

use crate::site::{MAC, SPARE_MAC, Site};

/// What the machine does without being shaken.
pub(crate) fn lights_and_logs(site: &Site) {
    let blinked = site.ask(&["blink-nic", &site.card(SPARE_MAC), "--secs", "1"]);
    assert_eq!(blinked["outcome"], "done", "{blinked:#}");
    // A card without a light says so, and one that is not there, too.
    for (card, why) in [(site.card(MAC).as_str(), "not supported"), ("eth99", "No such device")] {
        let refused = site.ask(&["blink-nic", card, "--secs", "1"]);
        assert_eq!(refused["outcome"], "failed", "{refused:#}");
        assert!(refused["words"].as_str().unwrap().contains(why), "{refused:#}");
    }
    let no_slot = site.ask(&["blink-disk", "sda", "--secs", "1"]);
    assert!(no_slot["words"].as_str().unwrap().contains("no enclosure"), "{no_slot:#}");

    site.run("echo the-kernel-hears-this >/dev/kmsg; echo the-journal-hears-this | systemd-cat");
    let asked = site.ask(&["logs"]);
    assert_eq!((&asked["outcome"], &asked["has_logs"]), (&"done".into(), &true.into()), "{asked:#}");
    let logs = site.muster().run(&["host", "logs", site.name(), asked["id"].as_str().unwrap()]).unwrap();
    let (agent, rest) = logs.split_once("\n==> kernel <==\n").unwrap_or_else(|| panic!("{logs}"));
    let (kernel, journal) = rest.split_once("\n==> journal <==\n").unwrap_or_else(|| panic!("{logs}"));
    for (part, line) in [
        (agent, "==> agent <==\n"),
        (agent, "enrolled at https://10.99.0.1:8443"),
        (kernel, "Linux version"),
        (kernel, "the-kernel-hears-this"),
        (journal, "the-journal-hears-this"),
        (journal, "Started muster-agent.service"),
    ] {
        assert!(part.contains(line), "no {line:?} in:\n{part}");
    }
}

/// What nobody on the machine has allowed.
pub(crate) fn refused(site: &Site) {
    for action in ["reboot", "power-off"] {
        let refused = site.ask(&[action]);
        assert_eq!(refused["outcome"], "refused", "{refused:#}");
        assert!(refused["words"].as_str().unwrap().contains("--allow"), "{refused:#}");
    }
}

/// The machine boots anew, once, and is the host that it was.
pub(crate) fn reboot(site: &Site, before: &str) {
    let asked = site.ask(&["reboot"]);
    assert_eq!(asked["outcome"], "begun", "{asked:#}");
    let after = site.machine.wait_until_up(Some(before), Site::patience()).unwrap();
    let done = site.outcome(&asked, |outcome| outcome != "begun");
    assert_eq!(done["outcome"], "done", "{done:#}");
    assert!(done["words"].as_str().unwrap().contains("new boot"), "{done:#}");
    let samples = site.samples().len();
    site.wait_for(
        "three samples of the new boot",
        || Ok((site.samples().len() >= samples + 3).then_some(())),
    );
    // It was told why the agent went, and that it came back; by a host that is still the only one.
    for summary in ["and the machine boots anew", "started after a reboot"] {
        assert_eq!(
            site.events().iter().filter(|event| event.contains(summary)).count(),
            1,
            "{:#?}",
            site.events()
        );
    }
    assert_eq!(site.shown().unwrap()["sample"]["agent"]["boot_id"], after.as_str());
    assert_eq!(site.first_host()["id"], site.host["id"]);
    let still = site.run("cat /proc/sys/kernel/random/boot_id");
    assert_eq!(still.trim(), after, "it booted once more");
    assert_eq!(site.action(&asked).unwrap(), done);
}

/// The machine is off, and the server has it in writing.
pub(crate) fn power_off(site: &Site) {
    let asked = site.ask(&["power-off"]);
    assert_eq!(asked["outcome"], "begun", "{asked:#}");
    site.machine.machine().wait_until_off(Site::patience()).unwrap();
    let goodbye =
        |events: &[String]| events.iter().any(|event| event.contains("and the machine is switched off"));
    assert!(goodbye(&site.events()), "{:#?}", site.events());
    // The firmware speaks at each reset.
    let resets = site.machine.machine().console().text().matches("SeaBIOS (version").count();
    assert_eq!(resets, 2, "it was switched on once, and booted anew once");
    let unchanged: Value = site.action(&asked).unwrap();
    assert_eq!(unchanged["outcome"], "begun", "nobody can say that it is done: {unchanged:#}");
}
