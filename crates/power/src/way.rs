//! The ways to switch a host: named instances, one switch each, with their settings. What is set is checked here once.

mod names;

use std::net::{IpAddr, Ipv4Addr};

use inventory::MacAddr;
use secrets::Name;
use serde::{Deserialize, Serialize};

pub use self::names::{InvalidWay, User, WayName};
use crate::control::Abilities;

/// Ways of one host, and cards of one way.
const MAX_WAYS: usize = 8;
const MAX_MACS: usize = 16;
/// How long somebody may take to walk there.
const LONGEST_PATIENCE_SECS: u32 = 7 * 86_400;
const SHORTEST_PATIENCE_SECS: u32 = 30;

/// One way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// What it is called, among this host's.
    pub name: WayName,
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What a way is, with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// Wake-on-LAN.
    Wol(WolWay),
    /// The host's agent.
    Agent(AgentWay),
    /// SSH.
    Ssh(SshWay),
    /// Somebody presses the button.
    Button(ButtonWay),
}

/// Wake-on-LAN.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WolWay {
    /// Only these cards; else all of the host's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub macs: Vec<MacAddr>,
    /// Out of this interface of the server's; else of the one whose network the host was seen in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// To this address, of a network behind a router.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<Ipv4Addr>,
    /// The secret that holds the card's SecureOn password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_secret: Option<Name>,
}

/// The host's agent. There is nothing to set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentWay {}

/// SSH.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SshWay {
    /// Where; else where the host's agent speaks from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// Else 22.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Else root. Anybody else has to be allowed to use `sudo` without a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// The secret that holds another private key than the server's own for machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_secret: Option<Name>,
}

/// Somebody presses the button.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ButtonWay {
    /// How long an answer is waited for; else half an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience_secs: Option<u32>,
}

/// All ways of a host, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Way>", into = "Vec<Way>")]
pub struct Ways(Vec<Way>);

impl Kind {
    /// As it is written.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Wol(_) => "wol",
            Self::Agent(_) => "agent",
            Self::Ssh(_) => "ssh",
            Self::Button(_) => "button",
        }
    }

    /// What it can do.
    #[must_use]
    pub const fn abilities(&self) -> Abilities {
        let none = Abilities { on: false, off: false, reset: false, cycle: false, status: false };
        match self {
            Self::Wol(_) => Abilities { on: true, ..none },
            Self::Agent(_) | Self::Ssh(_) => Abilities { off: true, reset: true, ..none },
            Self::Button(_) => Abilities { on: true, off: true, reset: true, cycle: true, ..none },
        }
    }

    /// The secrets that it names.
    pub fn secrets(&self) -> impl Iterator<Item = &Name> {
        match self {
            Self::Wol(wol) => wol.password_secret.as_ref(),
            Self::Ssh(ssh) => ssh.key_secret.as_ref(),
            Self::Agent(_) | Self::Button(_) => None,
        }
        .into_iter()
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Wol(wol) => {
                if wol.macs.len() > MAX_MACS {
                    return Err(format!("at most {MAX_MACS} cards are woken"));
                }
                if let Some(mac) = wol.macs.iter().find(|mac| !mac.is_unicast()) {
                    return Err(format!("{mac} is no card's address"));
                }
                if wol.interface.as_deref().is_some_and(|name| !names::is_interface(name)) {
                    return Err("an interface has 1 to 15 of a-z, A-Z, 0-9, '.', '_', '@' and '-'".to_owned());
                }
                let broadcast =
                    wol.broadcast.filter(|to| to.is_loopback() || to.is_multicast() || to.is_unspecified());
                broadcast.map_or(Ok(()), |to| Err(format!("{to} is no broadcast address of a network")))
            }
            Self::Ssh(ssh) if ssh.port == Some(0) => Err("there is no port 0".to_owned()),
            Self::Ssh(ssh) if ssh.address.is_some_and(|to| to.is_unspecified() || to.is_multicast()) => {
                Err("that is no machine's address".to_owned())
            }
            Self::Button(ButtonWay { patience_secs: Some(secs) })
                if !(SHORTEST_PATIENCE_SECS..=LONGEST_PATIENCE_SECS).contains(secs) =>
            {
                Err("an answer is waited for from 30 seconds to 7 days".to_owned())
            }
            Self::Agent(_) | Self::Ssh(_) | Self::Button(_) => Ok(()),
        }
    }
}

impl Ways {
    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &Way> {
        self.0.iter()
    }

    /// The way of that name.
    #[must_use]
    pub fn get(&self, name: &WayName) -> Option<&Way> {
        self.0.iter().find(|way| way.name == *name)
    }

    /// Their names, for people.
    #[must_use]
    pub fn names(&self) -> String {
        self.0.iter().map(|way| way.name.to_string()).collect::<Vec<_>>().join(", ")
    }
}

impl Default for Ways {
    /// What every host has where nothing else is set. Who is asked last has to get up.
    fn default() -> Self {
        let way = |name: &str, kind: Kind| Some(Way { name: name.parse().ok()?, kind });
        let all = [
            way("agent", Kind::Agent(AgentWay::default())),
            way("ssh", Kind::Ssh(SshWay::default())),
            way("wol", Kind::Wol(WolWay::default())),
            way("button", Kind::Button(ButtonWay::default())),
        ];
        Self(all.into_iter().flatten().collect())
    }
}

impl TryFrom<Vec<Way>> for Ways {
    type Error = InvalidWay;

    fn try_from(ways: Vec<Way>) -> Result<Self, InvalidWay> {
        if ways.is_empty() {
            return Err(InvalidWay::None);
        }
        if ways.len() > MAX_WAYS {
            return Err(InvalidWay::TooMany { limit: MAX_WAYS });
        }
        for (index, way) in ways.iter().enumerate() {
            let name = way.name.clone();
            if ways.iter().take(index).any(|before| before.name == name) {
                return Err(InvalidWay::Twice(name));
            }
            way.kind.check().map_err(|why| InvalidWay::Setting { name, why })?;
        }
        Ok(Self(ways))
    }
}

impl From<Ways> for Vec<Way> {
    fn from(ways: Ways) -> Self {
        ways.0
    }
}

#[cfg(test)]
mod tests;
