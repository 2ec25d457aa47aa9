//! The site's DHCP server: dnsmasq, with the configuration that OPNsense would write.

mod config;
mod lease;
mod log_file;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::{Deadline, Namespace, Process, Scratch};
pub use lease::Lease;
use log_file::LogFile;

const START_SECS: u64 = 20;

/// What an operator would enter in OPNsense.
#[derive(Debug, Clone)]
pub struct DnsmasqOptions {
    /// Who is told what to boot: tags, loaders, and last the script for iPXE.
    pub boot_lines: Vec<String>,
    /// Whether IPv6 routers announce themselves, as on most networks. iPXE asks for IPv6 too, and where nobody answers it
    /// waits 12 s longer at every boot.
    pub announce_ipv6: bool,
    /// Names that it answers, and the addresses; none: it is no DNS server.
    pub names: Vec<(String, Ipv4Addr)>,
    /// Further lines of configuration, such as `dhcp-host=…`; also the way to let dnsmasq itself serve TFTP.
    pub extra_lines: Vec<String>,
}

impl DnsmasqOptions {
    /// The usual site. iPXE chainloads `boot_url`, such as `http://10.99.0.1:8080/boot/boot.ipxe`.
    #[must_use]
    pub fn new(boot_url: &str) -> Self {
        let boot_lines = config::boot_lines(boot_url, Namespace::ADDRESS);
        Self { boot_lines, announce_ipv6: true, names: Vec::new(), extra_lines: Vec::new() }
    }
}

/// Runs until it is dropped. Its log (`log-dhcp`) has every request and offer.
#[derive(Debug)]
pub struct Dnsmasq {
    // Before the process in the order of dropping: it copies what that says.
    log_file: LogFile,
    process: Process,
    leases: PathBuf,
    // After the process in the order of dropping.
    _folder: Scratch,
}

impl Dnsmasq {
    /// Starts it on the bridge of that namespace. It gives out addresses 10.99.0.50 to 10.99.0.150.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(namespace: &Namespace, options: &DnsmasqOptions) -> anyhow::Result<Self> {
        let folder = Scratch::new()?;
        let file = folder.path().join("dnsmasq.conf");
        std::fs::write(&file, config::render(options, folder.path()))?;
        let mut command = namespace.command("dnsmasq");
        command
            .args(["--keep-in-foreground", "--log-facility=-"])
            .arg(format!("--conf-file={}", file.display()));
        let process = Process::spawn("dnsmasq", &command)?;
        process.wait_for_line("DHCP, IP range", Deadline::seconds(START_SECS))?;
        let log_file = LogFile::start(folder.path().join("log"), process.log())?;
        Ok(Self { log_file, process, leases: folder.path().join("leases"), _folder: folder })
    }

    /// Its process and log.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// A file that its log is written to as it comes: what a gateway keeps.
    #[must_use]
    pub fn log_file(&self) -> &Path {
        self.log_file.path()
    }

    /// The addresses that it has given out.
    ///
    /// # Errors
    /// When its file can't be read.
    pub fn leases(&self) -> anyhow::Result<Vec<Lease>> {
        match std::fs::read_to_string(&self.leases) {
            Ok(text) => Ok(lease::parse(&text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error).with_context(|| format!("can't read {}", self.leases.display())),
        }
    }
}
