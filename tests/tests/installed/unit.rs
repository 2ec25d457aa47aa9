//! The service, as systemd sees it and as the server hears it.

use crate::differences::{Inventory, differences};
use crate::site::Site;

/// What `systemd-analyze security` may say at most. Of its points more than three are for what an agent is: a service of
/// root's (0.4) in the machine's network (0.5, 0.3) that reads devices, the kernel's log and its counters, asks the clock, hears
/// frames, and lets lights blink.
const EXPOSURE_MAX: f64 = 4.2;
/// They are told last.
const SLOW_SECTIONS: [&str; 5] = ["drives", "contents", "neighbours", "bmc", "tpm"];

/// The service runs, and systemd took each line of its unit.
pub(crate) fn must_be_sound(site: &Site) {
    assert_eq!(site.run("systemctl is-active muster-agent").trim(), "active");
    let verified = site.run("systemd-analyze verify --man=no muster-agent.service 2>&1");
    assert_eq!(verified.trim(), "", "systemd finds something in the unit");
    let complaints = "journalctl --boot --no-pager --output cat --priority warning UNIT=muster-agent.service";
    assert_eq!(site.run(complaints).trim(), "", "systemd complained of the unit");
    let said = site.run("journalctl --boot --no-pager --output cat _SYSTEMD_UNIT=muster-agent.service");
    let refused: Vec<&str> =
        said.lines().filter(|line| line.contains("not permitted") || line.contains("denied")).collect();
    assert!(refused.is_empty(), "the agent was refused something: {refused:#?}");
    let exposure = exposure(site);
    assert!(exposure <= EXPOSURE_MAX, "{exposure}");
}

fn exposure(site: &Site) -> f64 {
    let said = site.run("systemd-analyze security --no-pager muster-agent.service");
    // `→ Overall exposure level for muster-agent.service: 4.3 OK :-)`
    let level = said
        .lines()
        .find_map(|line| line.split_once("muster-agent.service: ")?.1.split(' ').next()?.parse().ok());
    level.unwrap_or_else(|| panic!("{said}"))
}

/// It is a machine on which there is something to lose.
pub(crate) fn must_have_much_to_tell(told_to_root: &Inventory) {
    for way in [
        "/drives/0/firmware",
        "/drives/1/firmware",
        "/contents/0/signatures/0",
        "/neighbours/1/port_id",
        "/bmc/event_log",
        "/tpm/manufacturer",
        "/system/serial",
        "/firmware/tpm/version",
        "/nics/1/permanent_mac",
    ] {
        assert!(told_to_root.0.pointer(way).is_some(), "no {way} in {:#}", told_to_root.0);
    }
}

/// What root is told of the machine, the server is told by the unit: it has all the rights that it needs.
pub(crate) fn must_tell_the_server_all(site: &Site, told_to_root: &Inventory) {
    let told = site.wait_for("all sections at the server", || {
        let inventory = Inventory(site.shown()?["inventory"].take());
        Ok(inventory.has(&SLOW_SECTIONS).then_some(inventory))
    });
    let differences = differences(told_to_root, &told);
    assert!(differences.is_empty(), "the unit tells something else than root:\n{}", differences.join("\n"));
}

/// The same of a unit with the fewest rights, as it tells it to those who come and ask.
pub(crate) fn must_tell_a_scraper_all(site: &Site, told_to_root: &Inventory) {
    let told = site.wait_for("all sections on the agent's port", || {
        let said = site.run("busybox wget -q -O - http://127.0.0.1:25000/inventory || echo {}");
        let report = serde_json::from_str(&said)?;
        let inventory = Inventory::told(&report);
        Ok(inventory.has(&SLOW_SECTIONS).then_some(inventory))
    });
    let differences = differences(told_to_root, &told);
    assert!(differences.is_empty(), "the unit tells something else than root:\n{}", differences.join("\n"));
}

/// A ticket of every character that one may have, at `place` on the machine.
pub(crate) fn make_ticket(site: &Site, place: &str) {
    site.run(&format!(
        "for code in $(seq 33 126); do printf \"\\\\$(printf %03o $code)\"; done >{place}; [ $(wc -c <{place}) = 94 ]"
    ));
}

/// What systemd read from the settings is what was written there.
pub(crate) fn must_have_ticket(site: &Site, place: &str) {
    let environment = "tr '\\0' '\\n' </proc/$(systemctl show -P MainPID muster-agent)/environ";
    let given = site.run(&format!("{environment} | sed -n 's/^MUSTER_TICKET=//p'"));
    assert_eq!(given.trim_end(), site.run(&format!("cat {place}")));
}

/// On the machine itself.
pub(crate) fn must_know_how_it_stands(site: &Site) {
    let id = site.host["id"].as_str().unwrap();
    let standing = site.run("muster-agent status");
    assert!(standing.contains(&format!("enrolled as   {id}\n")), "{standing}");
    assert!(!standing.contains("not collected"), "{standing}");
}

/// Nothing is left that was installed, but for the host's key; and the rest of the system is as it was.
pub(crate) fn must_go_away(site: &Site) {
    let said = site.run("/root/muster-agent install --uninstall");
    assert!(said.contains("kept /var/lib/muster-agent"), "{said}");
    assert!(!said.contains("FAILED"), "{said}");
    let left = site.run(
        "find / -xdev -name '*muster*' -not -path '/root/*' -not -path '/proc/*' -not -path '/sys/*'
        find /run -name '*muster*'
        systemctl list-units --all --no-legend 'muster*'
        systemctl list-unit-files --no-legend 'muster*'
        grep -ls muster /proc/[0-9]*/comm
        true",
    );
    assert_eq!(left, "/var/lib/muster-agent\n", "something is left");
}

/// It was installed again, and is nobody new.
pub(crate) fn must_be_the_same_host(site: &Site) {
    let before = site.shown().unwrap()["host"]["last_seen_at"].as_i64();
    site.wait_for("a word of the agent that came back", || {
        Ok((site.shown()?["host"]["last_seen_at"].as_i64() > before).then_some(()))
    });
    let hosts = site.muster().json(&["host", "list"]).unwrap();
    assert_eq!(hosts.as_array().unwrap().len(), 1, "{hosts:#}");
}
