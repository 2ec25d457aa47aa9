//! Everything that an operator would have: network, DHCP, ntfy, Muster, machines.

use std::path::PathBuf;

use lab::interrupt::Interrupted;
use lab::{Dnsmasq, DnsmasqOptions, Log, Muster, Namespace, Ntfy, Programs, Scratch};

use super::machines::Machines;
use super::story::Story;
use super::{TOPIC, settings};
use crate::cargo;

/// Dropped from top to bottom: machines go first, the network last.
pub(crate) struct Site {
    pub(crate) machines: Machines,
    pub(crate) muster: Muster,
    pub(crate) ntfy: Ntfy,
    dnsmasq: Dnsmasq,
    folder: Scratch,
    pub(crate) namespace: Namespace,
}

impl Site {
    pub(crate) fn open(story: &Story, programs: &Programs) -> anyhow::Result<Self> {
        let namespace = Namespace::new()?;
        story.say(&format!("network namespace {}, bridge {}/24", namespace.name(), Namespace::ADDRESS));
        let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Muster::boot_url()))?;
        story.say("dnsmasq, configured as OPNsense would: iPXE by TFTP, then the script by HTTP");
        let ntfy = Ntfy::start(&namespace, namespace.address())?;
        story.say(&format!("ntfy on {}", ntfy.url()));
        let folder = Scratch::new()?;
        story.say("muster serve with these settings:");
        story.show(settings::TEXT);
        let muster = Muster::start(&namespace, programs, folder.path(), settings::TEXT)?;
        story.say(&format!("muster serve is ready: http and TLS on {}, TFTP on port 69", Namespace::ADDRESS));
        let machines = Machines::plug_in(&namespace)?;
        Ok(Self { machines, muster, ntfy, dnsmasq, folder, namespace })
    }

    /// The system that unknown machines boot.
    pub(crate) fn prepare_discovery(&self, story: &Story) -> anyhow::Result<()> {
        story.say("$ muster image build … && muster image use …");
        story.show(&self.muster.use_own_image(self.folder.path())?);
        Ok(())
    }

    /// Runs an operator's command before the audience.
    pub(crate) fn show(&self, story: &Story, arguments: &[&str]) -> anyhow::Result<()> {
        story.say(&format!("$ muster {}", arguments.join(" ")));
        story.show(&self.muster.run(arguments)?);
        Ok(())
    }

    pub(crate) fn subscribe_phone(&self, story: &Story) -> anyhow::Result<()> {
        story.say("$ muster secret set ntfy-token < token");
        self.muster.run_with_input(&["secret", "set", "ntfy-token"], self.ntfy.publisher_token())?;
        let url = self.ntfy.url();
        let provider = ["provider", "add", "ntfy", "lab", "--url", &url, "--token-secret", "ntfy-token"];
        self.show(story, &provider)?;
        let subscription = ["subscription", "add", "--name", "phone", "--provider", "lab", "--topic", TOPIC];
        self.show(story, &subscription)
    }

    /// After a failure: the last words of everybody concerned, and all their words in files.
    pub(crate) fn explain(&self, error: &anyhow::Error) {
        if error.is::<Interrupted>() {
            return;
        }
        let folder = cargo::target().join("lab/demo-failure");
        eprintln!("\nthe demo can't go on");
        for (name, log, lines) in self.logs() {
            eprintln!("---- the last of {name}\n{}", log.tail(lines).trim_end());
        }
        match self.keep_logs(&folder) {
            Ok(()) => eprintln!("---- whole logs: {}; then try again: `cargo xtask demo`", folder.display()),
            Err(error) => eprintln!("---- the whole logs can't be kept: {error:#}"),
        }
    }

    fn keep_logs(&self, folder: &PathBuf) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        for (name, log, _) in self.logs() {
            std::fs::write(folder.join(format!("{}.log", name.replace(' ', "-"))), log.text())?;
        }
        Ok(())
    }

    fn logs(&self) -> Vec<(String, Log, usize)> {
        let mut logs = vec![
            ("muster serve".to_owned(), self.muster.process().log().clone(), 15),
            ("ntfy".to_owned(), self.ntfy.process().log().clone(), 5),
            ("dnsmasq".to_owned(), self.dnsmasq.process().log().clone(), 10),
        ];
        logs.extend(self.machines.all().map(|machine| (machine.spec().name.clone(), machine.console(), 12)));
        logs
    }
}
