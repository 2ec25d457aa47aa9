//! Everything that an operator would have: network, DHCP, ntfy, Muster, machines.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use lab::interrupt::Interrupted;
use lab::{Dnsmasq, DnsmasqOptions, Log, Namespace, Ntfy, Scratch};

use super::machines::Machines;
use super::server::Server;
use super::story::Story;
use super::{TOPIC, settings};
use crate::build::Built;
use crate::cargo;

const BUSYBOX: &str = "/bin/busybox";

/// Dropped from top to bottom: machines go first, the network last.
pub(crate) struct Site {
    pub(crate) machines: Machines,
    pub(crate) server: Server,
    pub(crate) ntfy: Ntfy,
    dnsmasq: Dnsmasq,
    built: Built,
    folder: Scratch,
    pub(crate) namespace: Namespace,
}

impl Site {
    pub(crate) fn open(story: &Story, built: Built) -> anyhow::Result<Self> {
        let namespace = Namespace::new()?;
        story.say(&format!("network namespace {}, bridge {}/24", namespace.name(), Namespace::ADDRESS));
        let dnsmasq = Dnsmasq::start(&namespace, &DnsmasqOptions::new(&Server::boot_url()))?;
        story.say("dnsmasq, configured as OPNsense would: iPXE by TFTP, then the script by HTTP");
        let ntfy = Ntfy::start(&namespace, namespace.address())?;
        story.say(&format!("ntfy on {}", ntfy.url()));
        let folder = Scratch::new()?;
        let config = folder.path().join("muster.toml");
        std::fs::write(&config, settings::TEXT)
            .with_context(|| format!("can't write {}", config.display()))?;
        story.say("muster serve with these settings:");
        story.show(settings::TEXT);
        let server = Server::start(&namespace, &built, folder.path(), &config)?;
        story.say(&format!("muster serve is ready: http and TLS on {}, TFTP on port 69", Namespace::ADDRESS));
        let machines = Machines::plug_in(&namespace)?;
        Ok(Self { machines, server, ntfy, dnsmasq, built, folder, namespace })
    }

    /// The system that unknown machines boot.
    pub(crate) fn prepare_discovery(&self, story: &Story) -> anyhow::Result<()> {
        let kernel = lab::kernel()?;
        let image = self.folder.path().join("image");
        let word = |path: &Path| path.to_str().map(str::to_owned).context("a path that is no UTF-8");
        let image = word(&image)?;
        self.server.show(
            story,
            &[
                "image",
                "build",
                "--kernel",
                &word(&kernel.image)?,
                "--modules",
                &word(&kernel.modules)?,
                "--busybox",
                BUSYBOX,
                "--agent",
                &word(&self.built.agent)?,
                "--out",
                &image,
            ],
        )?;
        self.server.show(story, &["image", "use", &image])
    }

    pub(crate) fn subscribe_phone(&self, story: &Story) -> anyhow::Result<()> {
        story.say("$ muster secret set ntfy-token < token");
        self.server.run_with_input(&["secret", "set", "ntfy-token"], self.ntfy.publisher_token())?;
        let url = self.ntfy.url();
        self.server.show(
            story,
            &["provider", "add", "ntfy", "lab", "--url", &url, "--token-secret", "ntfy-token"],
        )?;
        let subscription = ["subscription", "add", "--name", "phone", "--provider", "lab", "--topic", TOPIC];
        self.server.show(story, &subscription)
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
            ("muster serve".to_owned(), self.server.process().log().clone(), 15),
            ("ntfy".to_owned(), self.ntfy.process().log().clone(), 5),
            ("dnsmasq".to_owned(), self.dnsmasq.process().log().clone(), 10),
        ];
        logs.extend(self.machines.all().map(|machine| (machine.spec().name.clone(), machine.console(), 12)));
        logs
    }
}
