//! Where the DHCP server's log comes from.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;

use super::SettingsError;

/// Where dnsmasq's log is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DhcpLog {
    /// This file is followed.
    File(PathBuf),
    /// A gateway sends it by syslog.
    Syslog {
        /// Where it is listened for.
        listen: SocketAddr,
        /// Who may send it.
        from: Vec<IpNet>,
    },
}

impl DhcpLog {
    pub(super) fn parse(text: &str, from: Vec<IpNet>) -> Result<Self, SettingsError> {
        let wrong = |key, reason: String| SettingsError::Value { key, reason };
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::File(PathBuf::from(text)));
        };
        let address = rest.parse().ok().filter(|_| scheme == "udp");
        let listen = address.ok_or_else(|| {
            wrong("dhcp-log", format!("{text:?} is neither a file nor an address such as udp://0.0.0.0:5514"))
        })?;
        if from.is_empty() {
            let reason =
                "syslog is taken from the addresses that are named here only: name the gateway's".to_owned();
            return Err(wrong("dhcp-log-from", reason));
        }
        Ok(Self::Syslog { listen, from })
    }
}

/// A network, or one address.
pub(super) fn parse_sender(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from);
    one.or_else(|_| text.parse()).map_err(|_| format!("{text:?} is no address and no network"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_a_file_or_a_gateways_syslog() {
        assert_eq!(DhcpLog::parse("/var/log/x", vec![]).unwrap(), DhcpLog::File("/var/log/x".into()));
        let from = vec![parse_sender("10.0.0.1").unwrap(), parse_sender("fd00::/64").unwrap()];
        let syslog = DhcpLog::parse("udp://[::]:5514", from.clone()).unwrap();
        assert_eq!(syslog, DhcpLog::Syslog { listen: "[::]:5514".parse().unwrap(), from });
        assert!(parse_sender("gw.lan").is_err());
    }
}
