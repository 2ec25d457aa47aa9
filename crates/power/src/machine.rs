//! What the power switch has to know of a machine. The server, which knows hosts, hands it in.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use inventory::{Id, MacAddr, Outcome, Timestamp};
use serde::{Deserialize, Serialize};
use store::StoreError;

/// A machine, as far as its switches need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its id.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Where it stands, where somebody said.
    pub place: Option<String>,
    /// Why it is not to be switched at all, where it is not.
    pub barred: Option<String>,
    /// Its cards, the one that it boots from first.
    pub macs: Vec<MacAddr>,
    /// Where its agent was seen to speak from: never an address that the machine only names.
    pub address: Option<IpAddr>,
    /// The public keys of its SSH server, as its agent told them: kind and base64.
    pub host_keys: Vec<String>,
    /// It has an agent that can be asked.
    pub has_agent: bool,
}

/// What was seen of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// When its agent was last heard.
    pub heard_at: Option<Timestamp>,
    /// When its agent said goodbye, if nothing was heard since.
    pub goodbye_at: Option<Timestamp>,
    /// Which boot its agent spoke of last.
    pub boot_id: Option<String>,
    /// When it last did something of a boot.
    pub booted_at: Option<Timestamp>,
}

/// What an agent is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// Boot the machine anew.
    Reboot,
    /// Switch it off.
    PowerOff,
}

/// How an errand stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrandState {
    /// The agent was told.
    pub delivered: bool,
    /// What it said became of it.
    pub outcome: Option<Outcome>,
    /// More of that.
    pub words: String,
}

/// Who knows the machines.
pub trait Machines: Send + Sync + 'static {
    /// The machine of this id, if there is one.
    fn find<'a>(&'a self, host: &'a Id) -> BoxFuture<'a, Result<Option<Machine>, StoreError>>;

    /// What was seen of it: asked every second, so it has to be cheap.
    fn signs<'a>(&'a self, host: &'a Id) -> BoxFuture<'a, Result<Signs, StoreError>>;

    /// Sends its agent on an errand, which waits for at most `patience`; answers the errand's id, or why not.
    fn send<'a>(
        &'a self,
        host: &'a Id,
        errand: Errand,
        patience: Duration,
        actor: &'a str,
    ) -> BoxFuture<'a, Result<Id, String>>;

    /// How an errand stands.
    fn errand<'a>(
        &'a self,
        host: &'a Id,
        id: &'a Id,
    ) -> BoxFuture<'a, Result<Option<ErrandState>, StoreError>>;
}
