//! The history of the configuration: a copy of the new state at each save, a hundred of them.

use std::sync::Arc;

use jiff::Timestamp;

use crate::config::Config;

/// How many are kept.
const KEPT: usize = 100;

/// One state of the configuration, and who made it.
#[derive(Debug, Clone)]
pub struct Revision {
    /// `config-1795252055.1531.xml`.
    pub id: String,
    /// When, in ten thousandths of a second since 1970.
    pub(crate) at: i64,
    /// `root@127.0.0.1`.
    pub user: String,
    /// `/api/dnsmasq/settings/addHost made changes`.
    pub description: String,
    /// The configuration.
    pub(crate) config: Arc<Config>,
    /// The file.
    pub(crate) xml: Arc<str>,
}

impl Revision {
    /// As the list of backups has it, to a hundredth.
    pub(crate) fn time(&self) -> String {
        let hundredths = (self.at + 50) / 100;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    pub(crate) fn time_iso(&self) -> String {
        let at = Timestamp::from_second(self.at / 10_000).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_string().replace('Z', "+00:00")
    }
}

/// All that are kept, newest first.
#[derive(Debug, Default)]
pub(crate) struct History(Vec<Revision>);

impl History {
    /// When the next one is made: later than all before, as ids are times.
    pub(crate) fn next_at(&self) -> i64 {
        let now = Timestamp::now().as_microsecond() / 100;
        self.0.first().map_or(now, |newest| now.max(newest.at + 1))
    }

    pub(crate) fn push(&mut self, at: i64, user: &str, description: &str, config: Config, xml: String) {
        let fraction = format!("{:04}", at % 10_000);
        let seconds = at / 10_000;
        let id = match fraction.trim_end_matches('0') {
            "" => format!("config-{seconds}.xml"),
            fraction => format!("config-{seconds}.{fraction}.xml"),
        };
        let (user, description) = (user.to_owned(), description.to_owned());
        self.0.insert(0, Revision { id, at, user, description, config: Arc::new(config), xml: xml.into() });
        self.0.truncate(KEPT);
    }

    pub(crate) fn all(&self) -> &[Revision] {
        &self.0
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Revision> {
        self.0.iter().find(|revision| revision.id == id)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|revision| revision.id != id);
        self.0.len() < before
    }
}
