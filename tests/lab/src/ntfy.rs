//! A real ntfy server, closed to strangers: one account may only publish, one may only read.

mod account;
pub(crate) mod fetch;
mod message;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::{Deadline, Place, Process, Scratch};
use account::Account;
pub use message::Message;

const START_SECS: u64 = 30;

/// Runs until it is dropped.
#[derive(Debug)]
pub struct Ntfy {
    process: Process,
    place: Place,
    address: SocketAddr,
    publisher: Account,
    reader: Account,
    // After the process in the order of dropping.
    _folder: Scratch,
}

impl Ntfy {
    /// Fetches the program if it is not there, and starts it on a free port of that address.
    ///
    /// # Errors
    /// When it can't be fetched, or does not start.
    pub fn start(place: impl Into<Place>, address: IpAddr) -> anyhow::Result<Self> {
        let program = fetch::program()?;
        let place = place.into();
        let folder = Scratch::new()?;
        let address = SocketAddr::new(address, place.free_port(address)?);
        let config = folder.path().join("server.yml");
        std::fs::write(&config, server_yml(address, folder.path()))?;
        // The program makes accounts only where the file of accounts exists.
        std::fs::write(folder.path().join("auth.db"), "")?;
        let publisher = Account::make(&program, &config, "muster", "write-only")?;
        let reader = Account::make(&program, &config, "phone", "read-only")?;
        let mut command = place.command(path_text(&program)?);
        command.args(["serve", "--config"]).arg(&config);
        let process = Process::spawn("ntfy", &command)?;
        let ntfy = Self { process, place, address, publisher, reader, _folder: folder };
        ntfy.wait_until_healthy()?;
        Ok(ntfy)
    }

    /// Where it listens, in its own place.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a publisher writes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The token that may publish to every topic, and read none.
    #[must_use]
    pub fn publisher_token(&self) -> &str {
        &self.publisher.token
    }

    /// The token that may read every topic, and publish to none.
    #[must_use]
    pub fn reader_token(&self) -> &str {
        &self.reader.token
    }

    /// Name and password of the reader: what a phone's app asks for.
    #[must_use]
    pub fn reader_login(&self) -> (&str, &str) {
        (&self.reader.name, &self.reader.password)
    }

    /// The server's process: its log, or stopping it in the middle.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// All messages of a topic that it still has, oldest first.
    ///
    /// # Errors
    /// When it does not answer, or says no.
    pub fn poll(&self, topic: &str) -> anyhow::Result<Vec<Message>> {
        let authorization = format!("Bearer {}", self.reader.token);
        let path = format!("/{topic}/json?poll=1&since=all");
        let answer = self.place.http("GET", self.address, &path, &[("Authorization", &authorization)], "")?;
        if answer.status != 200 {
            bail!("ntfy answered {} when asked for the topic {topic}: {}", answer.status, answer.body.trim());
        }
        message::parse_stream(&answer.body)
    }

    /// Waits for a message of that topic that fits, also one that came before this call.
    ///
    /// # Errors
    /// When none comes in time: with the messages that did come, and the end of the server's log.
    pub fn wait_for_message(
        &self,
        topic: &str,
        fits: impl Fn(&Message) -> bool,
        deadline: Deadline,
    ) -> anyhow::Result<Message> {
        let mut seen = Vec::new();
        let found = deadline.wait_for(&format!("the message on the ntfy topic {topic}"), || {
            seen = self.poll(topic)?;
            Ok(seen.iter().find(|message| fits(message)).cloned())
        });
        found.with_context(|| {
            format!("messages so far: {seen:#?}\nntfy said:\n{}", self.process.log().tail(10))
        })
    }

    fn wait_until_healthy(&self) -> anyhow::Result<()> {
        let healthy = Deadline::seconds(START_SECS).wait_for("the health of ntfy", || {
            if let Some(status) = self.process.exit_status()? {
                bail!("ntfy ended with {status}");
            }
            let answer = self.place.http("GET", self.address, "/v1/health", &[], "");
            Ok(answer.is_ok_and(|answer| answer.status == 200).then_some(()))
        });
        healthy.with_context(|| format!("ntfy said:\n{}", self.process.log().tail(20)))
    }
}

/// Without the exemption a burst of alerts would meet the limit that is meant for strangers.
fn server_yml(address: SocketAddr, folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "base-url: \"http://{address}\"\n\
         listen-http: \"{address}\"\n\
         cache-file: \"{folder}/cache.db\"\n\
         auth-file: \"{folder}/auth.db\"\n\
         auth-default-access: \"deny-all\"\n\
         visitor-request-limit-exempt-hosts: \"{},127.0.0.1\"\n",
        address.ip()
    )
}

fn path_text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))
}

/// A command of the ntfy program that works on the server's files, not on the server.
fn tool(program: &Path, config: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    // `ntfy user --config FILE add …`: the option belongs between the two.
    let (noun, rest) = arguments.split_at(arguments.len().min(1));
    command.args(noun).arg("--config").arg(config).args(rest);
    command
}
