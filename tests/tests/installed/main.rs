//! The agent on an installed system: Debian's systemd runs it as `muster-agent install` left it, and the operator's words
//! reach the machine.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may")]

mod actions;
mod differences;
mod ignition;
mod outage;
mod site;
mod unit;

use site::Site;

/// One machine lives through all of it: booting one takes longer than anything that it is asked.
#[test]
fn an_installed_agent_is_asked_restarted_rebooted_and_taken_away_again() {
    let mut site = Site::open();
    let first_boot = site.machine.wait_until_up(None, Site::patience()).unwrap();
    site.fetch_agent();
    // Outside of the unit, and before there is one.
    let told_to_root = site.told_to_root();
    unit::must_have_much_to_tell(&told_to_root);

    site.install("");
    unit::must_be_sound(&site);
    site.host = site.first_host();
    site.approve();
    unit::must_tell_the_server_all(&site, &told_to_root);
    unit::must_know_how_it_stands(&site);

    actions::lights_and_logs(&site);
    actions::refused(&site);
    outage::nothing_is_lost(&mut site);

    unit::make_ticket(&site, "/root/ticket");
    site.install("--allow report,logs,blink,reboot,power-off --ticket-file /root/ticket");
    unit::must_be_sound(&site);
    unit::must_have_ticket(&site, "/root/ticket");
    actions::reboot(&site, &first_boot);
    unit::must_go_away(&site);
    let told_to_root = site.told_to_root();
    site.install("--allow power-off --scrape loopback");
    unit::must_be_sound(&site);
    unit::must_tell_a_scraper_all(&site, &told_to_root);
    unit::must_be_the_same_host(&site);
    actions::power_off(&site);
}
