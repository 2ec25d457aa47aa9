//! An OPNsense in the room: the fake one, with the real dnsmasq that does what its pages say.

use anyhow::Context as _;
use lab::{Deadline, Namespace, Process, Scratch};

/// It has to write its first files.
const START_SECS: u64 = 30;

/// Runs until it is dropped.
pub struct OpnSense {
    process: Process,
    /// Where its page and API are.
    pub url: String,
    /// SHA-256 of its certificate.
    pub pin: String,
    /// `KEY:SECRET` of the user that was made for Muster, with the privileges that Muster asks for and no others.
    pub credential: String,
    folder: Scratch,
}

impl OpnSense {
    /// Its own address on the bridge: Muster is another machine.
    pub const ADDRESS: &str = "10.99.0.254";

    /// Starts it on the bridge of that namespace, as it is before Muster came: it gives out no address.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(namespace: &Namespace) -> anyhow::Result<Self> {
        let network = format!("{}/24", Self::ADDRESS);
        namespace.ip(&["address", "add", &network, "dev", "br0"])?;
        let folder = Scratch::new()?;
        let program = crate::named("MUSTER_FAKE_OPNSENSE")?;
        let mut command = namespace.command(program.to_str().context("a path that is no UTF-8")?);
        command.arg("--listen").arg(format!("{}:443", Self::ADDRESS)).arg("--folder").arg(folder.path());
        command.arg("--interface").arg(format!("lan=br0={network}")).arg("--run-dnsmasq");
        // Another user could not reach our folder.
        command.args(["--line", "user=root", "--line", "log-dhcp"]);
        let process = Process::spawn("OPNsense", &command)?;
        let deadline = || Deadline::seconds(START_SECS);
        let place = process.wait_for_line("https://", deadline())?;
        let (url, pin) = place.rsplit_once(' ').context("it does not say its certificate")?;
        let url = url.rsplit(' ').next().unwrap_or(url);
        let key = process.wait_for_line("muster ", deadline())?;
        let credential = key.rsplit(' ').next().unwrap_or_default().to_owned();
        Ok(Self { url: url.to_owned(), pin: pin.to_owned(), credential, folder, process })
    }

    /// Its log.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// What dnsmasq was told at the last time.
    ///
    /// # Errors
    /// It was told nothing yet.
    pub fn dnsmasq_conf(&self) -> anyhow::Result<String> {
        let path = self.folder.path().join("dnsmasq.conf");
        std::fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))
    }
}
