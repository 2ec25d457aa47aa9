//! `cargo xtask demo`: the whole line of travel, for real, on this box.
//!
//! Two machines are switched on, boot over the network, enrol, and are seen in the database. One is switched off hard, and
//! the phone rings; it comes back, and the phone is told. Everything happens in a network namespace and a scratch folder,
//! and nothing of it is left afterwards.

mod hosts;
mod keep;
mod machines;
mod milestones;
mod settings;
mod site;
mod story;

use std::net::IpAddr;

use anyhow::Context as _;
use clap::Args;
use lab::{Deadline, Message, packages, phone};

use crate::build;
use hosts::Host;
use site::Site;
use story::Story;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Leave everything up at the end, until Enter or Ctrl-C
    #[arg(long)]
    keep: bool,
    /// With --keep: the address of this box under which page and ntfy can be reached, such as its address in your network
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1", requires = "keep", value_parser = keep::parse_address)]
    expose: IpAddr,
}

/// The topic that the phone has subscribed to.
const TOPIC: &str = "muster-demo";

const BOOT_SECS: u64 = 240;
const ALERT_SECS: u64 = 120;

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut story = Story::begin();
    story.step("Debian packages, kernel and ntfy server");
    packages::require(&[packages::BUILD, packages::LAB].concat())?;
    lab::Namespace::check_rights()?;
    lab::fetch_all()?;
    story.step("building muster and the agent, in release mode");
    let built = build::run()?;
    story.step("a site: network namespace, dnsmasq, ntfy, muster serve");
    let mut site = Site::open(&story, &built)?;
    let played = play(&mut story, &mut site).and_then(|()| {
        story.end();
        if arguments.keep { keep::until_enter(&site, arguments.expose) } else { Ok(()) }
    });
    if let Err(error) = &played {
        site.explain(error);
    }
    story.say("cleaning up");
    drop(site);
    played
}

fn play(story: &mut Story, site: &mut Site) -> anyhow::Result<()> {
    story.step("the discovery image");
    site.prepare_discovery(story).context("making the discovery image")?;
    story.step("who is told, and where: provider and subscription");
    site.subscribe_phone(story).context("setting up the notifications")?;

    story.step("power on: one BIOS machine, one UEFI machine");
    site.machines.power_on_all(story)?;
    let hosts = both_enrolled(story, site)?;
    story.step("the operator approves them");
    for host in &hosts {
        site.show(story, &["host", "approve", &host.id])?;
    }
    site.show(story, &["host", "list"])?;
    for host in &hosts {
        site.show(story, &["host", "show", &host.id])?;
    }

    let victim = hosts.first().context("no host to switch off")?;
    story.step(&format!("{} is switched off hard", site.machines.bios.spec().name));
    let before = site.ntfy.poll(TOPIC)?;
    site.machines.bios.power_off_hard();
    let fired = wait_for_message(story, site, "the notification", |message| {
        !before.contains(message) && is_about(message, victim)
    })?;

    story.step("it is switched on again");
    site.machines.power_on_bios(story)?;
    let resolved =
        wait_for_message(story, site, "the resolved notification", |message| is_its_end(message, &fired))?;
    let sequence = resolved.sequence_id.unwrap_or_default();
    story.say(&format!("same sequence_id {sequence}: on the phone it takes the place of the first"));
    Ok(())
}

/// Both machines, in the order BIOS, UEFI.
fn both_enrolled(story: &mut Story, site: &mut Site) -> anyhow::Result<Vec<Host>> {
    let macs = site.machines.macs();
    let Site { muster, machines, .. } = site;
    Deadline::seconds(BOOT_SECS).wait_for("the enrolment of both machines", || {
        machines.report(story);
        machines.check()?;
        muster.check()?;
        let hosts = hosts::list(muster)?;
        Ok(macs.iter().map(|mac| hosts.iter().find(|host| host.has_mac(mac)).cloned()).collect())
    })
}

fn wait_for_message(
    story: &mut Story,
    site: &mut Site,
    what: &str,
    fits: impl Fn(&Message) -> bool,
) -> anyhow::Result<Message> {
    let Site { ntfy, machines, muster, .. } = site;
    let message = Deadline::seconds(BOOT_SECS + ALERT_SECS).wait_for(what, || {
        machines.report(story);
        muster.check()?;
        Ok(ntfy.poll(TOPIC)?.into_iter().find(&fits))
    })?;
    story.say(&format!("{what} has arrived; the phone shows:"));
    story.show(&phone::show(&message));
    Ok(message)
}

/// Whether it says that this host's agent is missing.
fn is_about(message: &Message, host: &Host) -> bool {
    let link = message.click.as_deref().unwrap_or_default();
    message.sequence_id.is_some()
        && message.tags.iter().any(|tag| tag == "rule:agent.missing")
        && [message.title.as_str(), link].iter().any(|text| host.is_named_in(text))
}

/// Whether it takes the place of that one, and is not louder.
fn is_its_end(message: &Message, fired: &Message) -> bool {
    message.sequence_id == fired.sequence_id && message.id != fired.id && message.priority <= fired.priority
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired() -> Message {
        Message {
            id: "first".into(),
            title: "shelf-1: agent missing".into(),
            priority: 4,
            tags: vec!["warning".into(), "rule:agent.missing".into()],
            sequence_id: Some("s".into()),
            click: Some("https://10.99.0.1:8443/hosts/1795255000_abcdefg".into()),
            ..Message::default()
        }
    }

    #[test]
    fn a_message_is_about_the_host_that_it_links_to() {
        assert!(is_about(&fired(), &Host::new("1795255000_abcdefg", "{}")));
        assert!(!is_about(&fired(), &Host::new("1795255000_other00", "{}")));
        let hot = Message { tags: vec!["rule:temp.nvme".into()], ..fired() };
        assert!(!is_about(&hot, &Host::new("1795255000_abcdefg", "{}")));
    }

    #[test]
    fn the_end_has_the_same_sequence_and_is_another_message() {
        let end = Message { id: "second".into(), priority: 3, ..fired() };
        assert!(is_its_end(&end, &fired()));
        assert!(!is_its_end(&fired(), &fired()));
        assert!(!is_its_end(&Message { sequence_id: Some("t".into()), ..end.clone() }, &fired()));
        assert!(!is_its_end(&Message { priority: 5, ..end }, &fired()), "that is an escalation");
    }
}
