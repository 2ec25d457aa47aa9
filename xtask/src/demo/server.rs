//! `muster serve` in the namespace, and the operator's command line beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use lab::{Deadline, Namespace, Process};

use super::story::Story;
use crate::build::Built;

const HTTP_PORT: u16 = 8080;
pub(crate) const TLS_PORT: u16 = 8443;

const START_SECS: u64 = 30;
const COMMAND_SECS: u64 = 120;

pub(crate) struct Server {
    process: Process,
    namespace: Namespace,
    program: PathBuf,
    data_dir: PathBuf,
}

impl Server {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(
        namespace: &Namespace,
        built: &Built,
        folder: &Path,
        config: &Path,
    ) -> anyhow::Result<Self> {
        let data_dir = folder.join("muster-data");
        let mut command = namespace.command(text(&built.muster)?);
        command.arg("serve").arg("--data-dir").arg(&data_dir).arg("--config").arg(config);
        command.arg("--agent").arg(&built.agent).args(["--tftp-dir", "/usr/lib/ipxe"]);
        for (option, port) in [("--listen", HTTP_PORT), ("--listen-tls", TLS_PORT), ("--tftp-listen", 69)] {
            command.arg(option).arg(format!("{}:{port}", Namespace::ADDRESS));
        }
        let process = Process::spawn("muster serve", &command)?;
        let server = Self { process, namespace: namespace.clone(), program: built.muster.clone(), data_dir };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// What DHCP tells iPXE to load.
    pub(crate) fn boot_url() -> String {
        format!("http://{}:{HTTP_PORT}/boot/boot.ipxe", Namespace::ADDRESS)
    }

    /// Runs an operator's command and gives back what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        Process::run(&told(arguments), &self.command(arguments)?, Deadline::seconds(COMMAND_SECS))
    }

    /// The same with something on its standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let deadline = Deadline::seconds(COMMAND_SECS);
        Process::run_with_input(&told(arguments), &self.command(arguments)?, input.as_bytes(), deadline)
    }

    /// Runs an operator's command before the audience.
    pub(crate) fn show(&self, story: &Story, arguments: &[&str]) -> anyhow::Result<()> {
        story.say(&format!("$ {}", told(arguments)));
        story.show(&self.run(arguments)?);
        Ok(())
    }

    /// Whether it still runs.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        match self.process.exit_status()? {
            Some(status) => bail!("muster serve has ended with {status}"),
            None => Ok(()),
        }
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        self.data_dir.join("admin-token")
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<std::process::Command> {
        let mut command = self.namespace.command(text(&self.program)?);
        command.args(arguments).arg("--data-dir").arg(&self.data_dir);
        Ok(command)
    }

    fn wait_until_ready(&self) -> anyhow::Result<()> {
        let address = (Namespace::ADDRESS, HTTP_PORT).into();
        let place = lab::Place::from(&self.namespace);
        let ready = Deadline::seconds(START_SECS).wait_for("muster serve's readiness", || {
            self.check()?;
            let answer = place.http("GET", address, "/readyz", &[], "");
            Ok(answer.is_ok_and(|answer| answer.status == 200).then_some(()))
        });
        ready.with_context(|| format!("muster serve said:\n{}", self.process.log().tail(20)))
    }
}

fn told(arguments: &[&str]) -> String {
    format!("muster {}", arguments.join(" "))
}

fn text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))
}
