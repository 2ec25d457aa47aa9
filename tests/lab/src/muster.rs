//! `muster serve` in the namespace, and the operator's command line beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::{Deadline, Kernel, Namespace, Place, Process};

const START_SECS: u64 = 30;
/// A program that was not optimised, beside other tests.
const COMMAND_SECS: u64 = 240;
/// An image is packed by a program that was not optimised.
const BUILD_SECS: u64 = 400;

/// The programs that were built: which ones, the caller knows.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `muster`.
    pub muster: PathBuf,
    /// The static `muster-agent`.
    pub agent: PathBuf,
}

/// A server that runs, on the namespace's address and its usual ports.
pub struct Muster {
    process: Process,
    namespace: Namespace,
    programs: Programs,
    data_dir: PathBuf,
}

/// How it is started, where that matters.
#[derive(Debug, Clone)]
pub struct Manner {
    /// The folder for TFTP.
    pub loaders: PathBuf,
    /// What its log tells (`MUSTER_LOG`).
    pub log: &'static str,
}

impl Default for Manner {
    /// Debian's iPXE, and what matters.
    fn default() -> Self {
        Self { loaders: PathBuf::from("/usr/lib/ipxe"), log: "info,actix_server=warn" }
    }
}

impl Muster {
    /// Plain HTTP.
    pub const HTTP_PORT: u16 = 8080;
    /// TLS.
    pub const TLS_PORT: u16 = 8443;

    /// Starts it on the data folder below `folder`, with these settings, and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready; the error holds its last words.
    pub fn start(
        namespace: &Namespace,
        programs: &Programs,
        folder: &Path,
        settings: &str,
    ) -> anyhow::Result<Self> {
        Self::start_with(namespace, programs, folder, settings, &Manner::default())
    }

    /// The same, in another manner than the usual one.
    ///
    /// # Errors
    /// As [`Muster::start`].
    pub fn start_with(
        namespace: &Namespace,
        programs: &Programs,
        folder: &Path,
        settings: &str,
        manner: &Manner,
    ) -> anyhow::Result<Self> {
        let config = folder.join("muster.toml");
        std::fs::write(&config, settings).with_context(|| format!("can't write {}", config.display()))?;
        let data_dir = folder.join("muster-data");
        let mut command = namespace.command(text(&programs.muster)?);
        command.env("MUSTER_LOG", manner.log);
        command.arg("serve").arg("--data-dir").arg(&data_dir).arg("--config").arg(&config);
        command.arg("--agent").arg(&programs.agent).arg("--tftp-dir").arg(&manner.loaders);
        let ports = [("--listen", Self::HTTP_PORT), ("--listen-tls", Self::TLS_PORT), ("--tftp-listen", 69)];
        for (option, port) in ports {
            command.arg(option).arg(format!("{}:{port}", Namespace::ADDRESS));
        }
        let process = Process::spawn("muster serve", &command)?;
        let server = Self { process, namespace: namespace.clone(), programs: programs.clone(), data_dir };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// What DHCP tells iPXE to load.
    #[must_use]
    pub fn boot_url() -> String {
        format!("http://{}:{}/boot/boot.ipxe", Namespace::ADDRESS, Self::HTTP_PORT)
    }

    /// Runs an operator's command and gives back what it printed.
    ///
    /// # Errors
    /// It failed; the error holds what it printed.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        Process::run(&told(arguments), &self.command(arguments)?, Deadline::seconds(COMMAND_SECS))
    }

    /// Starts an operator's command that goes on by itself; its log has what it prints.
    ///
    /// # Errors
    /// It can't be started.
    pub fn spawn(&self, arguments: &[&str]) -> anyhow::Result<Process> {
        Process::spawn(&told(arguments), &self.command(arguments)?)
    }

    /// Like [`Self::run`], with something on its standard input.
    ///
    /// # Errors
    /// It failed; the error holds what it printed.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let deadline = Deadline::seconds(COMMAND_SECS);
        Process::run_with_input(&told(arguments), &self.command(arguments)?, input.as_bytes(), deadline)
    }

    /// The same, its JSON read.
    ///
    /// # Errors
    /// It failed, or printed no JSON.
    pub fn json(&self, arguments: &[&str]) -> anyhow::Result<serde_json::Value> {
        let printed = self.run(&[arguments, &["--output", "json"]].concat())?;
        serde_json::from_str(&printed)
            .with_context(|| format!("`{}` printed no JSON:\n{printed}", told(arguments)))
    }

    /// Builds the discovery image of these programs and Debian's kernel, and chooses it. Answers what was printed.
    ///
    /// # Errors
    /// It can't be built or handed over.
    pub fn use_own_image(&self, folder: &Path) -> anyhow::Result<String> {
        self.use_image(&folder.join("image"), &crate::kernel()?, &[])
    }

    /// The same of this kernel and its modules, with more arguments for `muster image build`; it is left in `out`.
    ///
    /// # Errors
    /// It can't be built or handed over.
    pub fn use_image(&self, out: &Path, kernel: &Kernel, more: &[&str]) -> anyhow::Result<String> {
        let (kernel_image, modules) = (text(&kernel.image)?, text(&kernel.modules)?);
        let (agent, out) = (text(&self.programs.agent)?, text(out)?);
        let build = ["image", "build", "--kernel", kernel_image, "--modules", modules];
        let parts = ["--busybox", "/bin/busybox", "--agent", agent, "--out", out];
        let build = [&build, &parts[..], more].concat();
        let built = Process::run(&told(&build), &self.command(&build)?, Deadline::seconds(BUILD_SECS))?;
        Ok(built + &self.run(&["image", "use", out])?)
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// It has ended.
    pub fn check(&self) -> anyhow::Result<()> {
        match self.process.exit_status()? {
            Some(status) => bail!("muster serve has ended with {status}"),
            None => Ok(()),
        }
    }

    /// Its process, for its log and for signals.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The fingerprint of its certificate, as it says it at its start.
    ///
    /// # Errors
    /// It did not say it.
    pub fn pin(&self) -> anyhow::Result<String> {
        let line = self.process.wait_for_line(" pin=", Deadline::seconds(START_SECS))?;
        let pin = line.split(" pin=").nth(1).and_then(|rest| rest.split_whitespace().next());
        Ok(pin.context("no pin in its log")?.to_owned())
    }

    /// Where the operator's token lies.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.data_dir.join("admin-token")
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<std::process::Command> {
        let mut command = self.namespace.command(text(&self.programs.muster)?);
        command.args(arguments).arg("--data-dir").arg(&self.data_dir);
        Ok(command)
    }

    fn wait_until_ready(&self) -> anyhow::Result<()> {
        let address = (Namespace::ADDRESS, Self::HTTP_PORT).into();
        let place = Place::from(&self.namespace);
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
