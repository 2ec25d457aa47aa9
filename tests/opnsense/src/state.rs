//! All that the firewall knows, and how it is saved.

use std::path::PathBuf;

use crate::config::Config;
use crate::dnsmasq::Dnsmasq;
use crate::haproxy::Haproxy;
use crate::json::Json;
use crate::release::Release;
use crate::request::Answer;
use crate::revision::History;
use crate::unbound::Unbound;
use crate::user::User;
use crate::xml;

/// What goes wrong with one request's save.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SaveTrouble {
    /// There is no room for the file.
    pub(crate) full_disk: bool,
    /// Somebody else read the file before and writes it after us.
    pub(crate) overwritten: bool,
}

pub(crate) struct State {
    pub(crate) release: Release,
    /// Whether the plugin is installed.
    pub(crate) haproxy_plugin: bool,
    pub(crate) users: Vec<User>,
    pub(crate) config: Config,
    pub(crate) history: History,
    pub(crate) dnsmasq: Dnsmasq,
    pub(crate) unbound: Unbound,
    pub(crate) haproxy: Haproxy,
    /// The rules that are in force: `firewall/filter/apply` makes them so.
    pub(crate) applied_rules: Vec<crate::Item>,
    pub(crate) leases: Vec<Lease>,
    pub(crate) trouble: SaveTrouble,
    pub(crate) ballast_bytes: usize,
    /// Where `config.xml` is written, too.
    pub(crate) folder: Option<PathBuf>,
}

/// An address that dnsmasq has given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// When it ends, in seconds since 1970.
    pub expires_secs: i64,
    /// The card.
    pub mac: String,
    /// The address.
    pub ip: String,
    /// The name; `*` where the client told none.
    pub name: String,
    /// The client's id; `*` where it told none.
    pub client_id: String,
    /// The interface's key.
    pub interface: String,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: User,
    /// The address.
    pub(crate) peer: String,
}

impl State {
    /// Keeps a new configuration, and writes it into the history. That nothing is different is no reason not to.
    pub(crate) fn save(&mut self, mut config: Config, caller: &Caller, path: &str) -> Result<(), Answer> {
        if caller.user.is_read_only() {
            return Err(self.read_only(caller));
        }
        if self.trouble.full_disk {
            return Err(Answer::unexpected());
        }
        config.give_uuids();
        let before = std::mem::replace(&mut self.config, config);
        self.record(&format!("{}@{}", caller.user.name, caller.peer), &format!("/api/{path} made changes"));
        if self.trouble.overwritten {
            self.config = before;
            self.config.give_uuids();
            self.record("admin@192.168.1.77", "/api/unbound/settings/set made changes");
        }
        Ok(())
    }

    /// Writes the configuration as it is into the history.
    pub(crate) fn record(&mut self, user: &str, description: &str) {
        let at = self.history.next_at();
        let xml = xml::render(&self.config, self, &xml::Stamp { at, user, description });
        if let Some(folder) = &self.folder {
            // The copy in memory is what counts; the files are for whoever looks.
            std::fs::write(folder.join("config.xml"), &xml).ok();
            if let Ok(state) = serde_json::to_vec(&self.config) {
                std::fs::write(folder.join("state.json"), state).ok();
            }
        }
        self.history.push(at, user, description, self.config.clone(), xml);
    }

    pub(crate) fn read_only(&self, caller: &Caller) -> Answer {
        let message = format!("User {} denied for write access (user-config-readonly set)", caller.user.name);
        self.user_error(&message, "")
    }

    /// Refused by a rule, with words for a person.
    pub(crate) fn user_error(&self, message: &str, title: &str) -> Answer {
        let mut body = Json::texts(&[("errorMessage", message), ("errorTitle", title)]);
        if self.release >= Release(26, 7, 2) {
            body.put("errorLevel", "error".into());
        }
        Answer::json(500, &body)
    }
}
