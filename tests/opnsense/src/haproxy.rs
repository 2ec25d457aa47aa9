//! HAProxy as a service: its file is made, looked through, and only then put in force.

mod template;
mod test;

use crate::config::Config;
use crate::site::Site;

/// The service.
#[derive(Debug, Default)]
pub(crate) struct Haproxy {
    /// The file that was put in force last.
    pub(crate) deployed: String,
    /// The file that it runs with.
    runs_with: Option<String>,
}

impl Haproxy {
    /// What the plugin's check says of what is saved.
    pub(crate) fn configtest(config: &Config) -> String {
        test::messages(&template::render(config)).text
    }

    /// Puts what is saved in force, where HAProxy takes it; else everything stays as it is. Nobody is told which.
    pub(crate) fn reconfigure(&mut self, config: &Config) {
        if !config.is_on("HAProxy.general.enabled") {
            self.stop();
            return;
        }
        let staged = template::render(config);
        if !test::messages(&staged).fatal {
            self.deployed = staged;
            self.start(&config.site);
        }
    }

    /// One that can't have its addresses and ports does not start; the one before runs on.
    pub(crate) fn start(&mut self, site: &Site) {
        if !self.deployed.is_empty() && test::can_bind(&self.deployed, site) {
            self.runs_with = Some(self.deployed.clone());
        }
    }

    pub(crate) fn stop(&mut self) {
        self.runs_with = None;
    }

    pub(crate) fn runs_with(&self) -> &str {
        self.runs_with.as_deref().unwrap_or_default()
    }

    pub(crate) fn status(&self, config: &Config) -> &'static str {
        if self.runs_with.is_some() {
            "running"
        } else if config.is_on("HAProxy.general.enabled") {
            "stopped"
        } else {
            "disabled"
        }
    }

    /// What is saved and not in force; nothing but ends of lines where there is no difference.
    pub(crate) fn diff(&self, config: &Config) -> String {
        let staged = template::render(config);
        if staged == self.deployed {
            return "\n\n".to_owned();
        }
        let mut text =
            "--- /usr/local/etc/haproxy.conf\n+++ /usr/local/etc/haproxy.conf.staging\n".to_owned();
        for (mark, these, others) in [('-', &self.deployed, &staged), ('+', &staged, &self.deployed)] {
            for line in these.lines().filter(|line| !others.lines().any(|other| other == *line)) {
                text.push_str(&format!("{mark}{line}\n"));
            }
        }
        text + "\n\n"
    }

    /// The file as it is in force.
    pub(crate) fn showconf(&self) -> String {
        format!("{}\n\n", self.deployed)
    }
}
