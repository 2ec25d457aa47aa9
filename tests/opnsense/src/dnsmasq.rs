//! dnsmasq as a service: what *reconfigure* makes of what is saved.

mod command;
mod lease;
mod template;

use std::path::{Path, PathBuf};
use std::process::Child;

pub use command::Runner;

use crate::config::Config;
use crate::release::Release;
use crate::state::Lease;

/// The service.
pub(crate) struct Dnsmasq {
    runner: Runner,
    folder: PathBuf,
    running: Running,
}

enum Running {
    No,
    /// It would run: dnsmasq took the file.
    Tested,
    Really(Child),
}

impl Dnsmasq {
    pub(crate) fn new(runner: Runner, folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder.join("dnsmasq.conf.d"))?;
        Ok(Self { runner, folder: folder.to_owned(), running: Running::No })
    }

    /// Stops it, and where it is switched on writes its files anew and starts it. Nobody looks whether it then runs.
    pub(crate) fn restart(&mut self, config: &Config, release: Release) {
        self.stop();
        if !config.is_on("dnsmasq.enable") {
            return;
        }
        let file = self.folder.join("dnsmasq.conf");
        std::fs::write(self.folder.join("dnsmasq-hosts"), template::hosts(config)).ok();
        std::fs::write(&file, self.here(&template::render(config, release))).ok();
        self.running = self.runner.start(&file);
    }

    pub(crate) fn stop(&mut self) {
        if let Running::Really(child) = &mut self.running {
            child.kill().and_then(|()| child.wait()).ok();
        }
        self.running = Running::No;
    }

    pub(crate) fn status(&mut self, config: &Config) -> &'static str {
        if self.is_running() {
            "running"
        } else if config.is_on("dnsmasq.enable") {
            "stopped"
        } else {
            "disabled"
        }
    }

    /// The addresses that it has given out.
    pub(crate) fn leases(&self, config: &Config) -> Vec<Lease> {
        let text = std::fs::read_to_string(self.folder.join("leases")).unwrap_or_default();
        lease::parse(&text, &config.site)
    }

    fn is_running(&mut self) -> bool {
        match &mut self.running {
            Running::No => false,
            Running::Tested => true,
            Running::Really(child) => matches!(child.try_wait(), Ok(None)),
        }
    }

    /// The firewall's own folders are somewhere else here.
    fn here(&self, text: &str) -> String {
        let folder = self.folder.display();
        let mut text = text
            .replace("/usr/local/etc/dnsmasq.conf.d", &format!("{folder}/dnsmasq.conf.d"))
            .replace("/var/etc/", &format!("{folder}/"));
        if let Runner::Really { lines, .. } = &self.runner {
            text.push_str(&format!("dhcp-leasefile={folder}/leases\npid-file={folder}/dnsmasq.pid\n"));
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    /// Its configuration as it is now in force, or was when it was started last.
    pub(crate) fn file(&self) -> String {
        std::fs::read_to_string(self.folder.join("dnsmasq.conf")).unwrap_or_default()
    }
}

impl Drop for Dnsmasq {
    fn drop(&mut self) {
        self.stop();
    }
}
