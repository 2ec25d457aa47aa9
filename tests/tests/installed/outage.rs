//! The server is away for a while, and the agent is restarted meanwhile.

use crate::site::{Heard, SPARE_MAC, Site};

/// Where an installed agent keeps what it can't send.
const SPOOL: &str = "/var/lib/muster-agent/spool";

/// A filesystem fills up and has room again, turns read-only and back; the agent is restarted; a cable is pulled: and when the
/// server is back it hears all of it, in order.
pub(crate) fn nothing_is_lost(site: &mut Site) {
    site.run("mkdir -p /data && mount /dev/nvme0n1 /data && echo /data is mounted");
    site.wait_for("a sample with /data", || {
        let filesystems = site.shown()?["sample"]["filesystems"].take();
        let is_there = filesystems
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["mount"] == "/data" && it["read_only"] == false);
        Ok(is_there.then_some(()))
    });
    site.stop_server();
    spooled_after(site, "", 1);
    // It is full only while nobody hears of it.
    spooled_after(site, "dd if=/dev/zero of=/data/full bs=1M 2>&1 || true", 2);
    spooled_after(site, "rm /data/full; sync", 2);
    changed_after(site, "mount -o remount,ro /data");
    changed_after(site, "mount -o remount,rw /data");
    let first_start = spooled(site).last().unwrap().start.clone();

    site.run("systemctl restart muster-agent && systemctl is-active muster-agent");
    spooled_after(site, "", 2);
    let cable = site.card(SPARE_MAC);
    changed_after(site, &format!("ip link set dev {cable} down"));
    let waited = spooled(site);
    let second_start = &waited.last().unwrap().start;
    assert!(waited.iter().any(|it| it.start == first_start) && *second_start != first_start, "{waited:#?}");

    site.start_server();
    let newest = waited.last().unwrap();
    site.wait_for("what waited", || Ok(site.samples().contains(newest).then_some(())));
    let heard = site.samples();
    let of_those: Vec<&Heard> = heard.iter().filter(|it| waited.contains(it)).collect();
    assert_eq!(of_those, waited.iter().collect::<Vec<_>>(), "all, in order, and none that came late");
    site.run(&format!("until [ -z \"$(ls {SPOOL})\" ]; do sleep 0.2; done"));
    // What began and ended meanwhile was noticed, and is over.
    let incidents = site.muster().json(&["alert", "list", "--all"]).unwrap();
    let full = incidents
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["rule"] == "fs.usage" && it["component"] == "/data");
    assert!(full.is_some_and(|it| it["state"] == "resolved"), "{incidents:#}");
    site.run(&format!("ip link set dev {cable} up; umount /data"));
}

/// The samples that wait on the machine's disk, in the order of their files.
fn spooled(site: &Site) -> Vec<Heard> {
    let files = site.run(&format!(
        "cd {SPOOL} && for file in *.sample.*; do tail -n +2 $file 2>/dev/null && echo; done; true"
    ));
    let samples = files.lines().filter(|line| !line.is_empty());
    samples.map(|line| Heard::of(&serde_json::from_str(line).unwrap())).collect()
}

/// Does something, and waits until so many samples wait that were begun after it, but for the first.
fn spooled_after(site: &Site, script: &str, more: usize) {
    site.run(&format!("{script}\n{}", until_more("sample", "", more)));
}

/// Does something, and waits until a sample waits that tells of a change.
fn changed_after(site: &Site, script: &str) {
    site.run(&until_more("sample.change", script, 1));
}

fn until_more(kind: &str, script: &str, more: usize) -> String {
    format!(
        "waiting() {{ ls {SPOOL} | grep -c '[.]{kind}'; }}
        before=$(waiting)
        {script}
        until [ $(waiting) -ge $((before + {more})) ]; do sleep 0.2; done"
    )
}
