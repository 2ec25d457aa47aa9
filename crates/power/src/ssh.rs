//! By SSH, with the key that machines were given when they booted. The machine's own key has to be one of those that its agent
//! told: an address alone is nobody.

mod command;
mod host_key;
mod session;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrets::Secrets;
use zeroize::Zeroizing;

pub use self::command::Command;
pub use self::host_key::HostKeys;
pub use self::session::{Login, Times, run};
use crate::act::Act;
use crate::control::{Abilities, Done, PowerControl, Refusal};
use crate::machine::Machine;
use crate::way::{Kind, SshWay};

const PORT: u16 = 22;

/// Logs in at one machine.
pub(crate) struct Ssh {
    way: SshWay,
    address: Option<IpAddr>,
    host_keys: HostKeys,
    key_file: PathBuf,
    secrets: Secrets,
}

impl Ssh {
    pub(crate) fn new(way: &SshWay, machine: &Machine, key_file: PathBuf, secrets: Secrets) -> Self {
        let address = way.address.or(machine.address);
        Self { way: way.clone(), address, host_keys: HostKeys::read(&machine.host_keys), key_file, secrets }
    }

    async fn log_in(&self, act: Act) -> Result<Done, Refusal> {
        let address = self.address.ok_or_else(|| {
            Refusal("no address of it is known: its agent was never heard, and none is set".to_owned())
        })?;
        if self.host_keys.is_empty() {
            return Err(Refusal(
                "its agent has told no SSH host key, and without one nobody knows whom the key would be shown to"
                    .to_owned(),
            ));
        }
        let login = Login {
            at: SocketAddr::new(address, self.way.port.unwrap_or(PORT)),
            user: self.way.user.as_ref().map_or("root", |user| user.as_str()).to_owned(),
            host_keys: self.host_keys.clone(),
            private_key: self.private_key().await?,
        };
        let times = Times::default();
        let whole = times.whole();
        let running = tokio::task::spawn_blocking(move || run(&login, Command::of(act), times));
        match tokio::time::timeout(whole, running).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Refusal("the SSH library broke down".to_owned())),
            // The thread ends by its own, shorter deadlines; nobody waits for it.
            Err(_) => Err(Refusal(format!("no end within {} s", whole.as_secs()))),
        }
    }

    async fn private_key(&self) -> Result<Zeroizing<String>, Refusal> {
        let Some(name) = &self.way.key_secret else {
            let read = tokio::fs::read_to_string(&self.key_file).await;
            let unread =
                |error| Refusal(format!("the key {} can't be read: {error}", self.key_file.display()));
            return read.map(Zeroizing::new).map_err(unread);
        };
        let value = self.secrets.get(name).await.map_err(|error| Refusal(error.to_string()))?;
        let text = value.reveal_text().ok_or_else(|| Refusal(format!("secret {name} is no SSH key")))?;
        // OpenSSH's own format wants its last line ended.
        Ok(Zeroizing::new(format!("{text}\n")))
    }
}

impl PowerControl for Ssh {
    fn abilities(&self) -> Abilities {
        Kind::Ssh(SshWay::default()).abilities()
    }

    fn act(&self, act: Act) -> BoxFuture<'_, Result<Done, Refusal>> {
        Box::pin(self.log_in(act))
    }
}

/// What a step may take, and all of them together.
const CONNECT: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_secs(60);
