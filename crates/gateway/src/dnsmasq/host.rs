//! The dnsmasq of this machine: asking it, restarting it, seeing it run. Programs and their arguments are fixed here and by the
//! server's settings.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep, timeout};

use crate::error::GatewayError;
use crate::object::Service;
use crate::reading::ServiceState;
use crate::registration::Reload;

const UNIT: &str = "dnsmasq.service";
/// A restart waits for the old one to end.
const LIMIT: Duration = Duration::from_secs(30);
/// How long dnsmasq may take until it runs.
const UP_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(200);
/// So often is it seen running, one after the other: one that dies of its configuration runs for a moment, too.
const SEEN_RUNNING: u32 = 3;
/// Characters of what a program said that are shown.
const SHOWN: usize = 400;

/// Where dnsmasq is on this machine, and how it is restarted: the server's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsmasqHost {
    /// The program.
    pub program: PathBuf,
    /// For [`Reload::Systemd`].
    pub systemctl: PathBuf,
    /// For [`Reload::Command`]: a program and its arguments. Empty: there is none.
    pub restart: Vec<String>,
    /// For [`Reload::Command`]: a program that ends well while dnsmasq runs. Empty: it is not asked.
    pub running: Vec<String>,
}

impl Default for DnsmasqHost {
    fn default() -> Self {
        Self {
            program: "/usr/sbin/dnsmasq".into(),
            systemctl: "/usr/bin/systemctl".into(),
            restart: Vec::new(),
            running: Vec::new(),
        }
    }
}

impl DnsmasqHost {
    /// Its release.
    pub(super) async fn version(&self) -> Result<String, GatewayError> {
        let output = run(&self.program, &["--version"]).await.map_err(|error| self.absent(&error))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = said.strip_prefix("Dnsmasq version ").and_then(|rest| rest.split_whitespace().next());
        version.map(str::to_owned).ok_or_else(|| self.absent("it does not answer like a dnsmasq"))
    }

    fn absent(&self, reason: &str) -> GatewayError {
        GatewayError::Absent {
            what: format!("dnsmasq ({})", self.program.display()),
            reason: format!("{reason}: install dnsmasq-base, or say in the server's settings where it is"),
        }
    }

    /// Lets dnsmasq read a file, without taking it up.
    pub(super) async fn test(&self, file: &Path, _content: &[u8]) -> Result<(), GatewayError> {
        let file = format!("--conf-file={}", file.display());
        let output = run(&self.program, &["--test", &file]).await.map_err(|error| self.absent(&error))?;
        if output.status.success() {
            return Ok(());
        }
        let object = "dnsmasq's new configuration".to_owned();
        Err(GatewayError::Refused { object, reason: said(&output) })
    }

    /// Restarts it and waits until it runs.
    pub(super) async fn restart(&self, how: Reload) -> Result<ServiceState, GatewayError> {
        let down = |reason: String| GatewayError::Down { service: Service::Dnsmasq, reason };
        let output = match how {
            Reload::ByHand => return Ok(ServiceState::Unknown),
            Reload::Systemd => run(&self.systemctl, &["restart", UNIT]).await,
            Reload::Command => run_line(&self.restart).await,
        };
        let output = output.map_err(|error| down(format!("it can't be restarted: {error}")))?;
        if !output.status.success() {
            return Err(down(format!("restarting it failed: {}", said(&output))));
        }
        self.wait_until_up(how).await
    }

    async fn wait_until_up(&self, how: Reload) -> Result<ServiceState, GatewayError> {
        let until = Instant::now() + UP_WITHIN;
        let mut seen = 0;
        loop {
            match self.state(how).await {
                ServiceState::Unknown => return Ok(ServiceState::Unknown),
                ServiceState::Running => seen += 1,
                _ => seen = 0,
            }
            if seen >= SEEN_RUNNING {
                return Ok(ServiceState::Running);
            }
            if Instant::now() >= until {
                let reason = format!("it is not up {} s after its restart: see its log", UP_WITHIN.as_secs());
                return Err(GatewayError::Down { service: Service::Dnsmasq, reason });
            }
            sleep(POLL).await;
        }
    }

    /// Whether it runs, as far as that can be asked.
    pub(super) async fn state(&self, how: Reload) -> ServiceState {
        let output = match how {
            Reload::ByHand => return ServiceState::Unknown,
            Reload::Systemd => run(&self.systemctl, &["is-active", "--quiet", UNIT]).await,
            Reload::Command if self.running.is_empty() => return ServiceState::Unknown,
            Reload::Command => run_line(&self.running).await,
        };
        match output {
            Ok(output) if output.status.success() => ServiceState::Running,
            Ok(_) => ServiceState::Stopped,
            Err(_) => ServiceState::Unknown,
        }
    }
}

async fn run_line(line: &[String]) -> Result<Output, String> {
    let (program, arguments) = line.split_first().ok_or("no command is set")?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(Path::new(program), &arguments).await
}

async fn run(program: &Path, arguments: &[&str]) -> Result<Output, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    match timeout(LIMIT, command.output()).await {
        Ok(output) => output.map_err(|error| format!("{}: {error}", program.display())),
        Err(_) => Err(format!("{} did not end within {} s", program.display(), LIMIT.as_secs())),
    }
}

/// What a program complained of, on one line.
fn said(output: &Output) -> String {
    let text = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    let text: Vec<&str> = text.split_whitespace().collect();
    let text: String = text.join(" ").chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    if text.is_empty() { format!("it said nothing and ended with {}", output.status) } else { text }
}
