//! How this server is to run, in three steps: what the file and the command line say ([`file::SettingsFile`],
//! [`ServeArgs`]), merged, checked into [`Settings`]. What comes after sees only the last.

mod dhcp_log;
mod file;
mod gateways;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use ipnet::IpNet;

pub use dhcp_log::DhcpLog;
pub use file::{AgentSettings, AssetSettings, SettingsFile};
pub use gateways::{DnsmasqSettings, GatewaySettings};

/// `muster serve`: what may be said on the command line or in the environment. It wins over the file.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Settings file (TOML); see docs/configuration.md
    #[arg(long, env = "MUSTER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address for plain HTTP: /boot and health for everybody, all else from this machine only [default: 0.0.0.0:8080]
    #[arg(long, env = "MUSTER_LISTEN", value_name = "ADDR:PORT", value_delimiter = ',')]
    pub listen: Vec<SocketAddr>,
    /// Address for TLS: agents, API, pages [default: 0.0.0.0:8443]
    #[arg(long, env = "MUSTER_LISTEN_TLS", value_name = "ADDR:PORT", value_delimiter = ',')]
    pub listen_tls: Vec<SocketAddr>,
    /// The address that goes into scripts and messages, e.g. https://muster.lan:8443 [default: each connection's own]
    #[arg(long, env = "MUSTER_ADVERTISE", value_name = "URL")]
    pub advertise: Option<String>,
    /// Address for TFTP, or "off" [default: 0.0.0.0:69]
    #[arg(long, env = "MUSTER_TFTP_LISTEN", value_name = "ADDR:PORT")]
    pub tftp_listen: Option<String>,
    /// Folder with the iPXE binaries [default: /usr/lib/ipxe]
    #[arg(long, env = "MUSTER_TFTP_DIR", value_name = "DIR")]
    pub tftp_dir: Option<PathBuf>,
    /// OpenSSH private key for the machines that Muster boots [default: one made at the first start]
    #[arg(long, env = "MUSTER_SSH_KEY", value_name = "FILE")]
    pub ssh_key: Option<PathBuf>,
    /// The static agent that is handed to machines, for each processor one, or a folder with ARCH/muster-agent
    /// [default: muster-agent and the folder agents beside this program]
    #[arg(long, env = "MUSTER_AGENT", value_name = "FILE", value_delimiter = ',')]
    pub agent: Vec<PathBuf>,
    /// dnsmasq's log, for boot trails: a file, or udp://ADDR:PORT where a gateway sends it by syslog [default: none]
    #[arg(long, env = "MUSTER_DHCP_LOG", value_name = "FILE|URL")]
    pub dhcp_log: Option<String>,
    /// Address or network of the gateway that may send its log
    #[arg(long, env = "MUSTER_DHCP_LOG_FROM", value_name = "ADDR", value_delimiter = ',', value_parser = dhcp_log::parse_sender)]
    pub dhcp_log_from: Vec<IpNet>,
}

/// Checked, complete.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Plain HTTP.
    pub listen: Vec<SocketAddr>,
    /// TLS.
    pub listen_tls: Vec<SocketAddr>,
    /// What goes into scripts and messages instead of the connection's own address.
    pub advertise: Option<Advertise>,
    /// TFTP; absent when switched off.
    pub tftp_listen: Option<SocketAddr>,
    /// The iPXE binaries.
    pub tftp_dir: PathBuf,
    /// An operator's own SSH key.
    pub ssh_key: Option<PathBuf>,
    /// The agents that are handed to machines: files, or folders of them.
    pub agents_at: Vec<PathBuf>,
    /// Where the DHCP server's log is read; absent when it is not.
    pub dhcp_log: Option<DhcpLog>,
    /// The networks in which this server may look for agents by itself.
    pub networks: Vec<IpNet>,
    /// What agents are told.
    pub agents: AgentSettings,
    /// Which assets are taken, and from where.
    pub assets: AssetSettings,
    /// How gateways are looked after.
    pub gateways: GatewaySettings,
    /// When a phone rings.
    pub alerts: alerts::Settings,
}

/// The host and TLS port of `--advertise`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advertise {
    /// Name or address, an IPv6 one in brackets.
    pub host: String,
    /// TLS port, where it is not that of the first listener.
    pub port: Option<u16>,
}

/// Why a server can't run as it was told to.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file can't be read.
    #[error("can't read the settings file {}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no TOML, or has a key that does not exist.
    #[error("in the settings file {}: {reason}", path.display())]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Line, column, key.
        reason: String,
    },
    /// A value of the alerts can't be.
    #[error(transparent)]
    Alerts(alerts::InvalidSettings),
    /// A value can't be.
    #[error("{key}: {reason}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl Settings {
    /// Reads the file, puts the command line over it, checks the whole.
    ///
    /// # Errors
    /// [`SettingsError`], which names file and key.
    pub fn assemble(args: ServeArgs) -> Result<Self, SettingsError> {
        let file = args.config.as_deref().map(SettingsFile::read).transpose()?.unwrap_or_default();
        let or = |given: Vec<SocketAddr>, filed: Vec<SocketAddr>, default: SocketAddr| match (given, filed) {
            (given, _) if !given.is_empty() => given,
            (_, filed) if !filed.is_empty() => filed,
            _ => vec![default],
        };
        let tftp_listen = args.tftp_listen.or(file.tftp_listen).unwrap_or_else(|| "0.0.0.0:69".to_owned());
        let senders = if args.dhcp_log_from.is_empty() { file.dhcp_log_from } else { args.dhcp_log_from };
        let dhcp_log = args.dhcp_log.or(file.dhcp_log);
        let advertise = args.advertise.or(file.advertise);
        let settings = Self {
            listen: or(args.listen, file.listen, SocketAddr::from(([0, 0, 0, 0], 8080))),
            listen_tls: or(args.listen_tls, file.listen_tls, SocketAddr::from(([0, 0, 0, 0], 8443))),
            advertise: advertise.as_deref().map(parse_advertise).transpose()?,
            tftp_listen: parse_tftp_listen(&tftp_listen)?,
            tftp_dir: args.tftp_dir.or(file.tftp_dir).unwrap_or_else(|| PathBuf::from("/usr/lib/ipxe")),
            ssh_key: args.ssh_key.or(file.ssh_key),
            agents_at: match (args.agent, file.agent) {
                (given, _) if !given.is_empty() => given,
                (_, filed) if !filed.is_empty() => filed,
                _ => beside_this_program(),
            },
            dhcp_log: dhcp_log.map(|text| DhcpLog::parse(&text, senders)).transpose()?,
            networks: file.networks,
            agents: file.agents,
            assets: file.assets,
            gateways: file.gateways,
            alerts: file.alerts,
        };
        settings.agents.check()?;
        settings.assets.check()?;
        settings.gateways.check()?;
        let interval = std::time::Duration::from_secs(u64::from(settings.agents.interval_secs));
        settings.alerts.check(interval).map_err(SettingsError::Alerts)?;
        Ok(settings)
    }
}

fn beside_this_program() -> Vec<PathBuf> {
    let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    let folder = folder.unwrap_or_default();
    vec![folder.join("muster-agent"), folder.join("agents")]
}

fn parse_tftp_listen(text: &str) -> Result<Option<SocketAddr>, SettingsError> {
    if text == "off" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| SettingsError::Value {
        key: "tftp-listen",
        reason: format!("{text:?} is no address with a port such as 0.0.0.0:69, nor \"off\""),
    })
}

fn parse_advertise(text: &str) -> Result<Advertise, SettingsError> {
    let wrong = |reason: &str| SettingsError::Value {
        key: "advertise",
        reason: format!("{text:?}: {reason}; expected https://HOST[:PORT]"),
    };
    let url = reqwest::Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if url.scheme() != "https" {
        return Err(wrong("agents and pages are served over TLS"));
    }
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it has more than a host and a port"));
    }
    let host = url.host_str().ok_or_else(|| wrong("it has no host"))?;
    Ok(Advertise { host: host.to_owned(), port: Some(url.port().unwrap_or(443)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assemble(toml: &str, args: ServeArgs) -> Result<Settings, SettingsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("muster.toml");
        std::fs::write(&path, toml).unwrap();
        Settings::assemble(ServeArgs { config: Some(path), ..args })
    }

    #[test]
    fn nothing_needs_to_be_said() {
        let settings = Settings::assemble(ServeArgs::default()).unwrap();
        assert_eq!(settings.listen, ["0.0.0.0:8080".parse().unwrap()]);
        assert_eq!(settings.listen_tls, ["0.0.0.0:8443".parse().unwrap()]);
        assert_eq!(settings.tftp_listen, Some("0.0.0.0:69".parse().unwrap()));
        assert_eq!(settings.agents.interval_secs, 30);
        assert!(settings.networks.is_empty());
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let file = r#"
            listen = ["10.0.0.1:80"]
            tftp_listen = "off"
            networks = ["10.0.0.0/24"]
            [agents]
            interval_secs = 5
        "#;
        let args = ServeArgs { listen: vec!["10.0.0.2:8080".parse().unwrap()], ..ServeArgs::default() };
        let settings = assemble(file, args).unwrap();
        assert_eq!(settings.listen, ["10.0.0.2:8080".parse().unwrap()]);
        assert_eq!(settings.tftp_listen, None);
        assert_eq!(settings.agents.interval_secs, 5);
        assert_eq!(settings.networks, ["10.0.0.0/24".parse().unwrap()]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (toml, names) in [
            ("lisen = []", "lisen"),
            ("[agents]\ninterval = 5", "interval"),
            ("[agents]\ninterval_secs = 0", "agents.interval_secs"),
            ("[gateways]\nlook_every_secs = 0", "gateways.look_every_secs"),
            ("[gateways.dnsmasq]\nprogram = \"dnsmasq\"", "whole path"),
            ("[assets]\nidle_secs = 0", "assets.idle_secs"),
            ("[assets]\nmax_bytes = 0", "assets.max_bytes"),
            ("listen = [\"8080\"]", "listen"),
            ("networks = [\"10.0.0.0/64\"]", "networks"),
            ("advertise = \"http://x\"", "advertise"),
            ("advertise = \"https://x/path\"", "advertise"),
            ("tftp_listen = \"here\"", "tftp-listen"),
            ("dhcp_log = \"udp://0.0.0.0:5514\"", "dhcp-log-from"),
            ("dhcp_log = \"udp://here\"", "dhcp-log"),
            ("dhcp_log = \"tcp://0.0.0.0:5514\"", "dhcp-log"),
            ("[alerts]\nwarmup = \"3m\"", "warmup"),
            ("[alerts.rules.agent.missing]\nwarn_after = \"1h\"", "alerts.rules.agent.missing"),
        ] {
            let error = assemble(toml, ServeArgs::default()).unwrap_err().to_string();
            assert!(error.contains(names), "{toml}: {error}");
        }
        let args = ServeArgs { config: Some("/no/such/file.toml".into()), ..ServeArgs::default() };
        assert!(Settings::assemble(args).unwrap_err().to_string().contains("/no/such/file.toml"));
    }

    #[test]
    fn an_advertised_address_is_a_host_and_a_port() {
        let parsed = |text| parse_advertise(text).unwrap();
        assert_eq!(
            parsed("https://muster.lan:8443"),
            Advertise { host: "muster.lan".into(), port: Some(8443) }
        );
        assert_eq!(parsed("https://[fd00::1]"), Advertise { host: "[fd00::1]".into(), port: Some(443) });
    }
}
